package io.diffusion4j.training;

import io.diffusion4j.data.AugmentedData;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.ExampleAugmentation;
import io.diffusion4j.data.Techniques;
import io.diffusion4j.diffusion.pipeline.Addition;
import io.diffusion4j.diffusion.spi.PluginPoint;
import io.diffusion4j.nn.train.DivergedException;
import io.diffusion4j.nn.train.RateCurve;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.UpdateRule;
import io.diffusion4j.nn.train.diffusion.DenoisingMetric;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What plugins add to a training: values of techniques, optimizers and schedules, which are used by
 * their names, and metrics, all of which are used.
 */
public record TrainingPlugins(List<Addition> additions) {
  /** No additions. */
  public static final TrainingPlugins NONE = new TrainingPlugins(List.of());

  public TrainingPlugins {
    additions = List.copyOf(additions);
  }

  /** Returns the additions of a type by name. */
  public <T> Map<String, T> of(Class<T> type) {
    return Addition.of(additions, type);
  }

  private static String point(Class<?> type) {
    return type.getAnnotation(PluginPoint.class).value();
  }

  private Map<String, Object> of(String point) {
    Map<String, Object> named = new TreeMap<>();
    additions.stream()
        .filter(addition -> addition.point().equals(point))
        .forEach(addition -> named.put(addition.name(), addition.value()));
    return named;
  }

  /** Returns a data set that can be augmented, if there are augmentations. */
  DataSet in(DataSet data) {
    var augmentations = of(ExampleAugmentation.class);
    return augmentations.isEmpty() ? data : AugmentedData.of(data, augmentations);
  }

  /** Returns techniques with the values that are added to them. */
  Techniques in(Techniques techniques) {
    var more = techniques;
    for (String name : techniques.words().keySet()) {
      var values = of(name);
      more = values.isEmpty() ? more : more.adding(name, values);
    }
    return more;
  }

  /**
   * Returns the additions that weights depend on, with the digests of their jars: {@code loss huber
   * by example.Losses of losses.jar sha256:…}; empty if there are none.
   */
  String usedIn(PartSetup setup, TrainingConfig config) {
    return described(setup, config, Set.of(point(DenoisingMetric.class), point(RateCurve.class)));
  }

  /** Returns all additions that a training uses. */
  String allUsedIn(PartSetup setup, TrainingConfig config) {
    return described(setup, config, Set.of());
  }

  private String described(PartSetup setup, TrainingConfig config, Set<String> without) {
    Set<String> used = new TreeSet<>();
    setup.all().forEach((name, value) -> used.add(name + " " + value));
    config.optimizer().rule().ifPresent(rule -> used.add(point(UpdateRule.class) + " " + rule));
    used.add(point(RateCurve.class) + " " + config.fall());
    of(DenoisingMetric.class)
        .keySet()
        .forEach(name -> used.add(point(DenoisingMetric.class) + " " + name));
    return additions.stream()
        .filter(addition -> !without.contains(addition.point()))
        .map(Addition::part)
        .filter(part -> used.contains(part.kind()))
        .map(part -> (part + " " + part.digest()).strip())
        .sorted()
        .collect(Collectors.joining("; "));
  }

  /** Returns the failure with the additions that may have caused it. */
  DivergedException explained(DivergedException e, PartSetup setup, TrainingConfig config) {
    String used = usedIn(setup, config).replaceAll(" sha256:\\w+", "");
    return used.isEmpty() ? e : e.with(used);
  }
}
