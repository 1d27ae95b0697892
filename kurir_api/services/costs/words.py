"""Categories of costs, and units of rates, in words."""

from collections.abc import Mapping

from kurir_api.errors import Words
from kurir_api.models import CostCategory, RateUnit

CATEGORY_NAMES: Mapping[CostCategory, Words] = {
    CostCategory.FUEL: Words("Bahan bakar", "Fuel"),
    CostCategory.TOLL_PARKING: Words("Tol dan parkir", "Tolls and parking"),
    CostCategory.MEAL: Words("Makan dan minum", "Food and drink"),
    CostCategory.WAITING_COST: Words("Biaya tunggu", "Waiting cost"),
    CostCategory.LODGING: Words("Penginapan", "Lodging"),
    CostCategory.MEDICINE: Words("Obat", "Medicine"),
    CostCategory.DOCUMENT_FEE: Words("Biaya dokumen", "Document fees"),
    CostCategory.STAPLES: Words("Sembako", "Staples"),
    CostCategory.EQUIPMENT: Words("Peralatan", "Equipment"),
    CostCategory.OTHER: Words("Lain-lain", "Other"),
}

UNITS: Mapping[RateUnit, Words] = {
    RateUnit.DAY: Words("hari", "days"),
    RateUnit.NIGHT: Words("malam", "nights"),
    RateUnit.KILOMETRE: Words("km", "km"),
    RateUnit.ITEM: Words("buah", "items"),
    RateUnit.CASE: Words("kasus", "cases"),
}
