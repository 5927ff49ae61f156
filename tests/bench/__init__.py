"""The benchmark behind `make bench`: our worker against stock Faust and a bare loop, on one real broker."""
