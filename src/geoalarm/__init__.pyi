"""Public names of the package, and where each is defined; they load when first used."""

from . import interactive as interactive
from .analysis import Accident as Accident
from .analysis import Scenario as Scenario
from .analysis import UserFiles as UserFiles
from .analysis import Workspace as Workspace
from .analysis import default_scenario as default_scenario
from .analysis import expose_files as expose_files
from .analysis import open_workspace as open_workspace
from .analysis import read_scenario as read_scenario
from .analysis import run as run
from .catalog import Catalog as Catalog
from .catalog import open_catalog as open_catalog
from .core.errors import CatalogError as CatalogError
from .core.errors import Faults as Faults
from .core.errors import GeoalarmError as GeoalarmError
from .core.errors import InputError as InputError
from .core.errors import RangeError as RangeError
from .core.model import Communes as Communes
from .core.model import Footprint as Footprint
from .core.model import Hazard as Hazard
from .core.model import IntensityClass as IntensityClass
from .core.model import Layer as Layer
from .core.model import Population as Population
from .core.model import Source as Source
from .core.model import interval_classes as interval_classes
from .core.schema import FIELDS as FIELDS
from .core.schema import KEY as KEY
from .core.terms import Basis as Basis
from .core.terms import State as State
from .exposure.engine import expose as expose
from .exposure.engine import prepare as prepare
from .exposure.risk import annual_expectation as annual_expectation
from .exposure.union import union as union
from .hazards import footprint as footprint
from .hazards import hazards_known as hazards_known
from .hazards import industrial as industrial
from .results import Run as Run
from .results import by_commune as by_commune
from .results import read_result as read_result
from .results import write_result as write_result

__version__: str
