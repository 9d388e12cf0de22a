"""The Chinese lunisolar calendar from the sky, as a referee for the festival table.

Sun and new moons after J. Meeus, "Astronomical Algorithms" (1998), chapters 25 and 49, shortened to what minutes need;
months after GB/T 33661-2017: the day of the new moon (Beijing time) begins a month, the winter solstice lies in month
eleven, and of thirteen months between two solstices the first without a major solar term is the leap month.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from math import cos, floor, radians, sin

J2000 = datetime(2000, 1, 1, 12)
BEIJING = timedelta(hours=8)


def _delta_t(year: float) -> float:
    """Terrestrial minus universal time in days; the parabola of Espenak and Meeus, good to seconds here."""
    t = year - 2000
    seconds = (
        62.92 + 0.32217 * t + 0.005589 * t * t
        if year < 2050
        else -20 + 32 * ((year - 1820) / 100) ** 2 - 0.5628 * (2150 - year)
    )
    return seconds / 86400


def _beijing(jde: float) -> datetime:
    terrestrial = J2000 + timedelta(days=jde - 2451545.0)
    return terrestrial - timedelta(days=_delta_t(terrestrial.year + terrestrial.timetuple().tm_yday / 365.25)) + BEIJING


def _sun(jde: float) -> float:
    """Apparent longitude of the sun in degrees, to about a thousandth."""
    t = (jde - 2451545.0) / 36525
    mean = 280.46646 + 36000.76983 * t + 0.0003032 * t * t
    m = radians(357.52911 + 35999.05029 * t - 0.0001537 * t * t)
    centre = (1.914602 - 0.004817 * t) * sin(m) + (0.019993 - 0.000101 * t) * sin(2 * m) + 0.000289 * sin(3 * m)
    omega = radians(125.04 - 1934.136 * t)
    # the moon and the planets pull the earth by some thousandths of a degree: the largest terms
    pull = (
        0.00134 * cos(radians(153.23 + 22518.7541 * t))
        + 0.00154 * cos(radians(216.57 + 45037.5082 * t))
        + 0.00200 * cos(radians(312.69 + 32964.3577 * t))
        + 0.00179 * sin(radians(350.74 + 445267.1142 * t - 0.00144 * t * t))
        + 0.00178 * sin(radians(231.19 + 20.20 * t))
    )
    return (mean + centre + pull - 0.00569 - 0.00478 * sin(omega)) % 360


def solar_term(year: int, longitude: float) -> datetime:
    """When the sun reaches a longitude in a year, Beijing time."""
    jde = 2451545.0 + (date(year, 3, 20) - date(2000, 1, 1)).days + longitude / 360 * 365.2422
    if longitude >= 285:
        jde -= 365.2422
    for _ in range(8):
        jde += 58 * sin(radians(longitude - _sun(jde)))
    return _beijing(jde)


def _new_moon(k: int) -> datetime:
    """The k-th new moon after that of 6 January 2000, Beijing time."""
    t = k / 1236.85
    jde = 2451550.09766 + 29.530588861 * k + 0.00015437 * t**2 - 0.00000015 * t**3
    e = 1 - 0.002516 * t - 0.0000074 * t**2
    m = radians(2.5534 + 29.10535670 * k - 0.0000014 * t**2)
    mm = radians(201.5643 + 385.81693528 * k + 0.0107582 * t**2)
    f = radians(160.7108 + 390.67050284 * k - 0.0016118 * t**2)
    om = radians(124.7746 - 1.56375588 * k + 0.0020672 * t**2)
    jde += (
        -0.40720 * sin(mm) + 0.17241 * e * sin(m) + 0.01608 * sin(2 * mm) + 0.01039 * sin(2 * f)
        + 0.00739 * e * sin(mm - m) - 0.00514 * e * sin(mm + m) + 0.00208 * e * e * sin(2 * m)
        - 0.00111 * sin(mm - 2 * f) - 0.00057 * sin(mm + 2 * f) + 0.00056 * e * sin(2 * mm + m)
        - 0.00042 * sin(3 * mm) + 0.00042 * e * sin(m + 2 * f) + 0.00038 * e * sin(m - 2 * f)
        - 0.00024 * e * sin(2 * mm - m) - 0.00017 * sin(om) - 0.00007 * sin(mm + 2 * m)
        + 0.00004 * sin(2 * mm - 2 * f) + 0.00004 * sin(3 * m) + 0.00003 * sin(mm + m - 2 * f)
        + 0.00003 * sin(2 * mm + 2 * f) - 0.00003 * sin(mm + m + 2 * f) + 0.00003 * sin(mm - m + 2 * f)
        - 0.00002 * sin(mm - m - 2 * f) - 0.00002 * sin(3 * mm + m) + 0.00002 * sin(4 * mm)
    )  # fmt: skip
    jde += 0.000325 * sin(radians(299.77 + 0.107408 * k - 0.009173 * t**2))
    jde += 0.000165 * sin(radians(251.88 + 0.016321 * k)) + 0.000164 * sin(radians(251.83 + 26.651886 * k))
    return _beijing(jde)


@lru_cache(maxsize=4)
def _months(year: int) -> dict[int, date]:
    """First day of each ordinary month 11, 12, 1 .. 10 between the solstices of last year and of this one."""
    first, last = (solar_term(y, 270).date() for y in (year - 1, year))
    k = floor((first - date(2000, 1, 6)).days / 29.530588861) - 1
    starts = [_new_moon(i).date() for i in range(k, k + 17)]
    begin = max(i for i, day in enumerate(starts) if day <= first)
    end = max(i for i, day in enumerate(starts) if day <= last)
    span = starts[begin : end + 1]
    terms = [solar_term(year, longitude % 360).date() for longitude in range(300, 630, 30)]
    terms += [first, last]
    leap = None
    if len(span) - 1 == 13:
        leap = next(i for i in range(1, 13) if not any(span[i] <= term < span[i + 1] for term in terms))
    ordinary = [day for i, day in enumerate(span[:-1]) if i != leap]
    return dict(zip([11, 12, *range(1, 11)], ordinary, strict=True))


def lunar(year: int, month: int, day: int) -> date:
    """The date of a lunar month and day (months 1 to 10) of the year that begins in `year`."""
    return _months(year)[month] + timedelta(days=day - 1)


def festivals(year: int) -> dict[str, date]:
    """The four movable festivals of the statutory holidays."""
    return {
        "春节": lunar(year, 1, 1),
        "清明节": solar_term(year, 15).date(),
        "端午节": lunar(year, 5, 5),
        "中秋节": lunar(year, 8, 15),
    }
