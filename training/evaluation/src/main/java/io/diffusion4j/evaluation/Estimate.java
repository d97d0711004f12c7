package io.diffusion4j.evaluation;

/**
 * A measured number with its 95 % bootstrap interval.
 *
 * @param value the value as measured
 * @param low end of the interval
 * @param high end of the interval
 * @param pictures the number of pictures, at least 1
 */
public record Estimate(double value, double low, double high, int pictures) {}
