"""The drawing room: curves, bars and shares from numbers, the same on a page and on paper. Pure geometry, no table asked."""
