package io.diffusion4j.evaluation;

/**
 * A number measured on some pictures, with the interval in which it lies in 95 of 100 drawings of
 * as many pictures.
 *
 * @param value as measured
 * @param low end of the interval
 * @param high end of the interval
 * @param pictures how many it was measured on, at least 1
 */
public record Estimate(double value, double low, double high, int pictures) {}
