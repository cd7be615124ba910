"""Open311 GeoReport v2 at `/open311/v2/`: http://wiki.open311.org/GeoReport_v2/.

What it shows is public: private requests are not there for anybody, telephone numbers, names and
addresses are not told, and a place is told as its grid with rounded coordinates. Only the program
that sent a request reads its exact place.
"""
