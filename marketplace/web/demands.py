"""Demand checklists: task list, lines, conditions, check, publish, ranking."""

from flask import Blueprint

blueprint = Blueprint("demands", __name__)
