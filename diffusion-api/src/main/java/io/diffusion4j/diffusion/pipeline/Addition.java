package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.spi.PluginPoint;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A thing that a plugin adds under a name.
 *
 * @param point the name of the {@link PluginPoint}, such as {@code loss}
 * @param name its own name, such as {@code huber}
 * @param value the thing, whose exceptions name the plugin
 * @param part the record of it, whose kind is {@code loss huber}
 */
public record Addition(String point, String name, Object value, ReplacedPart part) {
  /** Those of the plugins that are open: like the class path, one for the process. */
  private static final List<Addition> LOADED = new CopyOnWriteArrayList<>();

  /** Makes additions known to readers of model folders. */
  public static void load(Collection<Addition> additions) {
    LOADED.addAll(additions);
  }

  /** Undoes {@link #load}. */
  public static void unload(Collection<Addition> additions) {
    additions.forEach(LOADED::remove);
  }

  /** Returns the additions of a type that are loaded, by name. */
  public static <T> Map<String, T> loaded(Class<T> type) {
    return of(LOADED, type);
  }

  /** Returns the additions of a type by name. */
  public static <T> Map<String, T> of(List<Addition> additions, Class<T> type) {
    String point = type.getAnnotation(PluginPoint.class).value();
    Map<String, T> named = new TreeMap<>();
    for (Addition addition : additions) {
      if (addition.point.equals(point)) {
        named.put(addition.name, type.cast(addition.value));
      }
    }
    return named;
  }
}
