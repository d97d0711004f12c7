package io.diffusion4j.serving.observability;

import java.util.Map;
import java.util.function.Supplier;

/**
 * A gauge with a value for each of several things, such as principals, that an application adds to
 * the meters of a server. Its values are read at each scrape. The first hundred have labels of
 * their own, in alphabetical order; the others are added up as {@code other}.
 *
 * @param name the name, as lower-case words separated by dots
 * @param help the description shown with the metric
 * @param label the name of the label
 * @param now returns the current values by the value of the label; must not block
 */
public record LabelledGauge(
    String name, String help, String label, Supplier<Map<String, Long>> now) {}
