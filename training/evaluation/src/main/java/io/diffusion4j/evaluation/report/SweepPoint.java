package io.diffusion4j.evaluation.report;

import io.diffusion4j.evaluation.Metric;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One of several evaluations that differ in some settings.
 *
 * @param at the settings in which they differ, by name; the same names in all
 * @param metrics the metrics of this evaluation
 */
public record SweepPoint(Map<String, String> at, List<Metric> metrics) {
  public SweepPoint {
    at = Collections.unmodifiableMap(new LinkedHashMap<>(at));
    metrics = List.copyOf(metrics);
  }
}
