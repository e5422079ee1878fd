"""Words about a person that core itself keeps: answers stored for a repeated request."""

from django.db.models import BinaryField, F, Func, IntegerField, Value

from core.models import IdempotencyKey

ERASED = b'{"success":true,"data":null}'


def erase_answers(*, principal: str, names: str) -> None:
    """Drop what was answered to somebody; of answers to others that name them, keep the fact.

    A key stays used, so that a late repetition still has no second effect. What was answered to
    somebody's limited credentials is kept for them under `principal/…`.
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
