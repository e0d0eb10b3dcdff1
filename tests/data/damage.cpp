// The helpers of the format tests, linked into these programs as well.
#include "../formats/damage.cpp"
