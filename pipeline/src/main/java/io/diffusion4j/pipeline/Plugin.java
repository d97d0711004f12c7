package io.diffusion4j.pipeline;

import com.google.inject.Binding;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.spi.Element;
import com.google.inject.spi.Elements;
import com.google.inject.spi.Message;
import io.diffusion4j.diffusion.filter.ImageFilter;
import io.diffusion4j.diffusion.guidance.GuidanceRule;
import io.diffusion4j.diffusion.part.Prior;
import io.diffusion4j.diffusion.pipeline.PluginException;
import io.diffusion4j.diffusion.pipeline.ReplacedPart;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.X0Treatment;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A module of a user.
 *
 * @param origin the file name of its jar; empty if it was on the class path
 */
record Plugin(Module module, String origin, String digest, List<Key<?>> bound) {
  /** The kinds of named things that a plugin can add. */
  static final Set<Class<?>> NAMED =
      Set.of(Sampler.class, TimestepSpacing.class, X0Treatment.class);

  static Plugin of(Module module, String origin, String digest) {
    String where = where(module, origin);
    List<Element> elements = Elements.getElements(module);
    List<Key<?>> bound = new ArrayList<>();
    for (Element element : elements) {
      if (element instanceof Message error) {
        throw new PluginException(where, error.getMessage(), "a module that can be configured");
      }
      if (element instanceof Binding<?> binding) {
        bound.add(binding.getKey());
      }
    }
    return new Plugin(module, origin, digest, bound);
  }

  private static String where(Module module, String origin) {
    String name = module.getClass().getName();
    return origin.isEmpty() ? name : origin + ": " + name;
  }

  /** Returns the jar and the class. */
  String where() {
    return where(module, origin);
  }

  /** Whether a model with these parts uses something of the plugin. */
  boolean isFor(Set<Class<?>> parts) {
    return !replaced(parts).isEmpty() || bound.stream().anyMatch(Plugin::isAdded);
  }

  /** Whether it is a part of some family of models. */
  private static boolean isPart(Key<?> key) {
    return key.getAnnotationType() == null
        && (type(key).getPackage().equals(Prior.class.getPackage())
            || type(key) == GuidanceRule.class
            || type(key) == Sampler.class);
  }

  private static Class<?> type(Key<?> key) {
    return key.getTypeLiteral().getRawType();
  }

  /** Whether it is an element of a set or map that any family of models has. */
  private static boolean isAdded(Key<?> key) {
    return key.getAnnotationType() != null
        && (NAMED.contains(type(key)) || type(key) == ImageFilter.class);
  }

  /** Returns the parts that the plugin binds. */
  List<ReplacedPart> replaced(Set<Class<?>> parts) {
    Set<String> kinds = new LinkedHashSet<>();
    for (Key<?> key : bound) {
      Class<?> type = type(key);
      if (key.getAnnotationType() == null && parts.contains(type)) {
        kinds.add(kind(type));
      }
    }
    return kinds.stream()
        .map(kind -> new ReplacedPart(kind, module.getClass().getName(), origin, digest))
        .toList();
  }

  /** Rejects a module if a model uses none of its bindings, or not all of its parts. */
  void requireUsed(Set<Class<?>> parts) {
    List<Key<?>> unused =
        isFor(parts)
            ? bound.stream().filter(key -> isPart(key) && !parts.contains(type(key))).toList()
            : bound;
    if (isFor(parts) && unused.isEmpty()) {
      return;
    }
    String binds =
        unused.stream().map(key -> key.getTypeLiteral().toString()).distinct().collect(joined());
    String known =
        Stream.concat(
                parts.stream().map(Class::getSimpleName).sorted(),
                Stream.concat(
                    NAMED.stream().map(type -> "named " + type.getSimpleName()).sorted(),
                    Stream.of("a set of " + ImageFilter.class.getSimpleName())))
            .collect(joined());
    throw new PluginException(
        where(), "binds " + (binds.isEmpty() ? "nothing" : binds), "one of " + known);
  }

  private static java.util.stream.Collector<CharSequence, ?, String> joined() {
    return Collectors.joining(", ");
  }

  /** Returns the name of a part of this type: {@code text_encoder}. */
  static String kind(Class<?> type) {
    return type.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
  }
}
