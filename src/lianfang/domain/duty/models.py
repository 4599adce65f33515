"""Posts that must be held, the shifts at them, and who stands there when."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Post(models.Model):
    """A checkpoint, gate, lookout, sampling desk, patrol or key unit. Retention: incident where one is named, else standing.

    Personal data: lead_member (a member's number). organisation_id: the unit that answers for it. code: the number printed at
    the post (check-in). from_minute, to_minute: the hours of a day in which it must be held (0-1440 is round the clock),
    least: by how many at any time; two_person: nobody stands there alone. key_unit: attendance is confirmed every day.
    reserve: how many people a key unit keeps in reserve. rest: the playbook whose rest section holds ('' the assumption).
    """

    path = models.TextField(db_collation="C")
    kind = models.TextField()
    name = models.TextField()
    code = models.BigIntegerField(unique=True)
    organisation_id = models.BigIntegerField(null=True)
    lead_member = models.BigIntegerField(null=True)
    key_unit = models.BooleanField(default=False, db_default=False)
    two_person = models.BooleanField(default=False, db_default=False)
    from_minute = models.SmallIntegerField(default=0, db_default=0)
    to_minute = models.SmallIntegerField(default=1440, db_default=1440)
    least = models.SmallIntegerField(default=1, db_default=1)
    reserve = models.SmallIntegerField(default=0, db_default=0)
    rest = models.TextField(default="", db_default="")
    incident_id = models.SmallIntegerField(null=True)
    started_on = models.DateField()
    ended_on = models.DateField(null=True)
    made_by = models.BigIntegerField()

    class Meta:
        db_table = "duty_post"
        constraints = [
            models.UniqueConstraint(fields=["path", "name"], condition=models.Q(ended_on=None), name="duty_post_once"),
            models.CheckConstraint(
                condition=models.Q(
                    from_minute__gte=0, to_minute__lte=1440, least__gte=0, from_minute__lt=models.F("to_minute")
                ),
                name="duty_post_hours",
            ),
        ]


class Shift(models.Model):
    """So many people wanted at a post from one instant to another. Retention: incident, with its post. Personal data: none.

    skill: a word that members carry, '' none. leader: the place of the leader on duty (带班领导). state: draft, published.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE)
    path = models.TextField(db_collation="C")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    wanted = models.SmallIntegerField()
    skill = models.TextField(default="", db_default="")
    leader = models.BooleanField(default=False, db_default=False)
    state = models.TextField(default="draft", db_default="draft")

    class Meta:
        db_table = "duty_shift"
        constraints = [
            models.UniqueConstraint(fields=["post", "starts_at", "ends_at", "skill", "leader"], name="duty_shift_once"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at"), wanted__gte=1, wanted__lte=500),
                name="duty_shift_sound",
            ),
        ]
        indexes = [models.Index(fields=["path", "starts_at"], name="duty_shift_path")]


class Slot(models.Model):
    """One member in one shift. Retention: incident, with its post. Personal data: who worked where and when (numbers).

    state: planned, published, present, left, no_show, excused, released; the first four are live, and one member has never two
    live slots at the same time, in whatever net. source: roster, claim, call, mission, swap, replacement. breach: the code of
    the rest rule that was knowingly set aside, '' none. first_of_day: the member's first check-in of that Beijing day.
    via: how attendance came: self, post, office. place: where the phone was, only if the member chose to say so.
    """

    shift = models.ForeignKey(Shift, on_delete=models.CASCADE)
    post = models.ForeignKey(Post, on_delete=models.CASCADE)
    path = models.TextField(db_collation="C")
    member_id = models.BigIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.TextField(default="planned", db_default="planned")
    pinned = models.BooleanField(default=False, db_default=False)
    source = models.TextField(default="roster", db_default="roster")
    breach = models.TextField(default="", db_default="")
    checked_in_at = models.DateTimeField(null=True)
    checked_out_at = models.DateTimeField(null=True)
    first_of_day = models.BooleanField(default=False, db_default=False)
    via = models.TextField(default="", db_default="")
    place = models.TextField(default="", db_default="")
    alarmed_at = models.DateTimeField(null=True)
    replaces = models.BigIntegerField(null=True)

    class Meta:
        db_table = "duty_slot"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["planned", "published", "present", "left", "no_show", "excused", "released"]
                ),
                name="duty_slot_state",
            ),
        ]
        indexes = [
            models.Index(fields=["member_id", "starts_at"], name="duty_slot_member"),
            models.Index(fields=["path", "starts_at"], name="duty_slot_path"),
            models.Index(fields=["shift"], name="duty_slot_shift"),
            models.Index(fields=["starts_at"], condition=models.Q(state="published"), name="duty_slot_expected"),
        ]


class Handover(models.Model):
    """What one crew tells the next at a post. Retention: incident, with its post. Personal data: sealed words, the writer."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE)
    path = models.TextField(db_collation="C")
    at = models.DateTimeField(db_default=Now())
    member_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)
    sealed = models.BinaryField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.BigIntegerField(null=True)

    class Meta:
        db_table = "duty_handover"
        indexes = [models.Index(fields=["post", "at"], name="duty_handover_post")]


class Swap(models.Model):
    """A member offers a shift to another, who agrees or not. Retention: incident, with its post. Personal data: members' numbers.

    state: offered, accepted, declined, withdrawn. back_slot: a slot of the other taken in return, null for none.
    """

    slot = models.ForeignKey(Slot, on_delete=models.CASCADE)
    path = models.TextField(db_collation="C")
    from_member = models.BigIntegerField()
    to_member = models.BigIntegerField()
    back_slot = models.BigIntegerField(null=True)
    state = models.TextField(default="offered", db_default="offered")
    offered_at = models.DateTimeField(db_default=Now())
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "duty_swap"
        constraints = [
            models.UniqueConstraint(fields=["slot"], condition=models.Q(state="offered"), name="duty_swap_once")
        ]
        indexes = [models.Index(fields=["to_member"], name="duty_swap_to")]


class Attendance(models.Model):
    """A key unit's number of a day, confirmed by the unit, its roster as default. Retention: incident, with its post.

    Personal data: none. staff: how many the unit counts, present: how many came; leader: whether a leader was on duty all day.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE)
    path = models.TextField(db_collation="C")
    day = models.DateField()
    staff = models.IntegerField()
    present = models.IntegerField()
    leader = models.BooleanField()
    confirmed_by = models.BigIntegerField()
    confirmed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "duty_attendance"
        constraints = [
            models.UniqueConstraint(fields=["post", "day"], name="duty_attendance_once"),
            models.CheckConstraint(
                condition=models.Q(staff__gte=0, present__gte=0, present__lte=models.F("staff")),
                name="duty_attendance_sound",
            ),
        ]


class Reserve(models.Model):
    """A member who stands ready for a key unit. Retention: incident, with its post. Personal data: a member's number."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE)
    path = models.TextField(db_collation="C")
    member_id = models.BigIntegerField()
    since_on = models.DateField()
    ended_on = models.DateField(null=True)

    class Meta:
        db_table = "duty_reserve"
        constraints = [
            models.UniqueConstraint(
                fields=["post", "member_id"], condition=models.Q(ended_on=None), name="duty_reserve_once"
            )
        ]


class Upkeep(models.Model):
    """Who keeps whose equipment going: a member of a maker, for a hospital or another key unit. Retention: incident or standing.

    Personal data: a member's number. equipment: a word such as 呼吸机, 负压救护车.
    """

    path = models.TextField(db_collation="C")
    organisation_id = models.BigIntegerField()
    member_id = models.BigIntegerField()
    equipment = models.TextField()
    incident_id = models.SmallIntegerField(null=True)
    since_on = models.DateField()
    ended_on = models.DateField(null=True)

    class Meta:
        db_table = "duty_upkeep"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "member_id", "equipment"],
                condition=models.Q(ended_on=None),
                name="duty_upkeep_once",
            )
        ]
