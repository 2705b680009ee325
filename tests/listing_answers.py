"""The answers of a listing that may be submitted, for tests to start from."""

from typing import Any


def complete(**changes: Any) -> dict[str, Any]:
    """All that a submission asks for, canonical; a change to None leaves an answer out."""
    answers: dict[str, Any] = {
        "name": "来料检验通",
        "product_type": "saas",
        "family": "来料检验",
        "summary": "来料检验扫码登记，不合格当场拦下",
        "description": "检验员用手机扫送货单登记结果，不合格的批次自动挂起，采购当天看到。不适合抽检比例常变的厂。",
        "keywords": ["来料检验", "质检"],
        "industries": ["modern_food"],
        "sizes": ["small", "medium"],
        "coverage": [
            {"scene": "quality", "level": "2", "function": "来料扫码登记、不合格品挂起", "evidence": "检验台账"},
            {"scene": "procurement", "level": "1", "function": "到货通知和登记", "evidence": "到货记录"},
        ],
        "price_plans": [
            {
                "name": "标准版", "model": "annual", "amount": 24000, "includes": "十个账号、两次培训",
                "maintenance_rate": "15", "pilot_discount": "10", "subsidy_category": "cloud",
            },
            {
                "name": "扫码枪", "model": "per_device", "amount": 1200, "includes": "一把枪",
                "subsidy_category": "equipment",
            },
        ],
        "deployments": ["saas"],
        "days_to_deploy": 20,
        "interfaces": "表格导入导出，接口文档随产品提供",
        "integrations": [{"system": "ERP", "reads": "采购单", "writes": "检验结果", "protocol": "WebService"}],
        "ownership": "own",
        "certificates": [{"kind": "software_copyright", "name": "来料检验软件V2.0", "number": "演示0001"}],
        "domestic": ["database"],
        "data_ownership": "数据归企业，可随时导出，停用三个月后删除",
        "security": "按岗位授权，每天备份",
        "service": "工作日两小时内答复，市内次日到场",
        "contact_name": "售后组",
        "contact_phone": "13900000000",
    }  # fmt: skip
    return {key: value for key, value in (answers | changes).items() if value is not None}
