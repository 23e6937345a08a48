"""Public names of this room, and where each is defined; they load when first used."""

from .gaspar_codes import event_of_part as event_of_part
from .gaspar_codes import standard_classes as standard_classes
from .plan_summary import PlanSummary as PlanSummary
from .plan_summary import plan_file as plan_file
from .plan_summary import summarise_plan as summarise_plan
from .plan_tables import refuse_regulation as refuse_regulation
from .read_plan import PlanLayer as PlanLayer
from .read_plan import read_plan as read_plan
