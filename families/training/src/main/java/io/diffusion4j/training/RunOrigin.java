package io.diffusion4j.training;

import io.diffusion4j.checkpoint.Checkpoint;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the weights of a part are made of, apart from the configuration of its training: the data
 * set and techniques, the weights to start from, the frozen networks that it learns from, and the
 * preset's sizes. A run resumes only with the same.
 */
final class RunOrigin {
  private static final String NONE = "none";

  private RunOrigin() {}

  /** Returns the values by the names of their options. */
  static Map<String, String> of(ComponentRun run) {
    var setup = run.setup();
    Map<String, String> origin = new TreeMap<>(setup.data().origin());
    origin.put("techniques", setup.words());
    origin.put("inpainting", Boolean.toString(run.whole().inpainting()));
    origin.put("start-from", start(run));
    origin.putAll(setup.part().frozen(run));
    String plugins = setup.plugins().usedIn(setup, run.config());
    origin.put("plugins", plugins.isEmpty() ? NONE : plugins);
    if (run.start().isEmpty()) {
      Map<String, String> sizes = new TreeMap<>();
      run.preset().sizes().values().forEach(sections -> collect("", sections, sizes));
      sizes
          .keySet()
          .removeIf(
              name -> setup.part().sections().stream().noneMatch(of -> name.startsWith(of + ".")));
      origin.putAll(sizes);
    }
    return origin;
  }

  /** Returns the identity of the weights to start from. */
  private static String start(ComponentRun run) {
    return run.start()
        .map(
            first ->
                run.setup().part().weights().stream()
                    .map(first::component)
                    .filter(Files::isDirectory)
                    .toList())
        .filter(folders -> !folders.isEmpty())
        .map(folders -> Checkpoint.identity(folders))
        .orElse(NONE);
  }

  /**
   * Collects the values of a preset, except the schedules of training runs, by their names in a
   * file.
   */
  private static void collect(String prefix, Record section, Map<String, String> values) {
    for (RecordComponent component : section.getClass().getRecordComponents()) {
      String name = prefix + hyphenated(component.getName());
      try {
        Object value = component.getAccessor().invoke(section);
        if (value instanceof Record inner && !(value instanceof Preset.Schedule)) {
          collect(name + ".", inner, values);
        } else if (!(value instanceof Record)) {
          values.put(name, value == null ? NONE : value.toString());
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("cannot read " + name + ": " + e, e);
      }
    }
  }

  private static String hyphenated(String name) {
    return name.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }
}
