"""Assessments on paper: the print page and the PDF; and records of the edition before."""

import io

from flask import current_app, flash, make_response, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from marketplace.domain import assessments as rules
from marketplace.domain import wording
from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.models.assessments import AssessmentStatus
from marketplace.services import assessment_pdf, assessment_results, assessment_views, assessments, clock
from marketplace.services.assessment_results import Outcome
from marketplace.web.access import actor, requires
from marketplace.web.assessments import INVALID, SEE_OTHER, blueprint
from marketplace.web.forms.assessments import RecordBefore


@blueprint.get("/assessments/<int:assessment_id>/print", endpoint="print")
@requires(Permission.READ_ASSESSMENT)
def paper(assessment_id: int) -> ResponseReturnValue:
    outcome = _outcome(assessment_id)
    made = wording.moment(clock.now())
    return render_template("assessments/print.html", outcome=outcome, rules=rules, printed_at=made)


@blueprint.get("/assessments/<int:assessment_id>/result.pdf")
@requires(Permission.READ_ASSESSMENT)
def pdf(assessment_id: int) -> ResponseReturnValue:
    outcome = _outcome(assessment_id)
    content = assessment_pdf.render(outcome, printed_at=clock.now(), is_demo=bool(current_app.config["DEMO_MODE"]))
    name = f"{outcome.title}{outcome.assessment.assessed_on:%Y%m%d}.pdf"
    return send_file(io.BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name)


def _outcome(assessment_id: int) -> Outcome:
    """A draft has no result yet."""
    assessment = assessment_views.get(actor(), assessment_id)
    if assessment.status == AssessmentStatus.DRAFT:
        raise NotFound("assessment", assessment_id)
    return assessment_results.outcome(actor(), assessment)


@blueprint.route("/assessments/record", methods=["GET", "POST"])
@requires(Permission.WRITE_ASSESSMENT)
def record() -> ResponseReturnValue:
    """A result by the edition before, of one's own enterprise."""
    if actor().enterprise_id is None:
        raise Forbidden(Permission.WRITE_ASSESSMENT)
    form = RecordBefore()
    if form.validate_on_submit():
        try:
            key = assessments.record_before(actor(), once=form.once.data, **form.facts())
        except Invalid as error:
            form.show(error)
        else:
            flash("已登记。", "success")
            return redirect(url_for("assessments.show", assessment_id=key), SEE_OTHER)
    page = render_template("assessments/record.html", form=form)
    return make_response(page, INVALID) if form.is_submitted() else page
