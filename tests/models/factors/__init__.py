"""Tests of tables of factors."""
