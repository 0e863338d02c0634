"""What all sections of params.yaml are made of."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Section(BaseModel):
    """Base of all sections: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _no_switch_for_a_number(cls, values: Any) -> Any:
        """Refuse true and false where no switch is: pydantic would read true as 1."""
        for key, value in values.items() if isinstance(values, Mapping) else ():
            field = cls.model_fields.get(str(key))
            if isinstance(value, bool) and field and "bool" not in str(field.annotation):
                raise ValueError(f"{key} is {str(value).lower()}, which is for switches; write a number or a name")
        return values


Ratio = Annotated[float, Field(ge=0, le=1)]
Share = Annotated[float, Field(gt=0, le=1)]
Positive = Annotated[int, Field(gt=0)]
MIN_CONTEXT = 16
"""Positions of a row that holds a prompt of a few tokens and an answer."""
Seed = Annotated[int, Field(ge=0)]
Amount = Annotated[float, Field(ge=0)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]  # names files
