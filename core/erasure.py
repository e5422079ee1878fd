"""Erasure of the personal data that core stores: answers kept for idempotency keys."""

from django.db.models import BinaryField, F, Func, IntegerField, Value

from core.models import IdempotencyKey

ERASED = b'{"success":true,"data":null}'


def erase_answers(*, principal: str, names: str) -> None:
    """Delete the answers given to a person, and empty answers to others that contain `names`.

    The emptied rows stay, so that a late repetition of such a request still has no second effect.
    Answers to a person's limited credentials are stored under `principal/…`.
    """
    IdempotencyKey.objects.filter(principal=principal).delete()
    IdempotencyKey.objects.filter(principal__startswith=f"{principal}/").delete()
    place = Func(
        Value(names.encode(), output_field=BinaryField()),
        F("body"),
        function="position",
        arg_joiner=" IN ",
        output_field=IntegerField(),
    )
    IdempotencyKey.objects.alias(place=place).filter(place__gt=0).update(body=ERASED)
