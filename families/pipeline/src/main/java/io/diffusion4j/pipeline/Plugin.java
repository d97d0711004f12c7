package io.diffusion4j.pipeline;

import com.google.inject.Binding;
import com.google.inject.ConfigurationException;
import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.ProvisionException;
import com.google.inject.multibindings.MapBinderBinding;
import com.google.inject.multibindings.MultibinderBinding;
import com.google.inject.multibindings.MultibindingsTargetVisitor;
import com.google.inject.multibindings.OptionalBinderBinding;
import com.google.inject.spi.DefaultBindingTargetVisitor;
import com.google.inject.spi.Element;
import com.google.inject.spi.Elements;
import com.google.inject.spi.Message;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.filter.ImageFilter;
import io.diffusion4j.diffusion.guidance.GuidanceRule;
import io.diffusion4j.diffusion.pipeline.Addition;
import io.diffusion4j.diffusion.pipeline.PluginException;
import io.diffusion4j.diffusion.pipeline.ReplacedPart;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import io.diffusion4j.diffusion.spi.PluginPoint;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A module of a user.
 *
 * @param origin the file name of its jar; empty if it was on the class path
 * @param bound what it binds beside the following
 * @param named what it adds under names, as {@code sampler mine}
 * @param filters whether it adds filters
 * @param additions what it adds to training runs
 */
record Plugin(
    Module module,
    String origin,
    String digest,
    List<Key<?>> bound,
    List<String> named,
    boolean filters,
    List<Addition> additions) {
  /** The kinds of named things that a plugin can add, and the field of requests with the name. */
  static final Map<Class<?>, String> NAMED =
      Map.of(
          Sampler.class,
          "sampler",
          TimestepSpacing.class,
          "schedule",
          Thresholding.class,
          "thresholding");

  static Plugin of(Module module, String origin, String digest) {
    String where = where(module, origin);
    List<Element> elements = Elements.getElements(module);
    var found = new Found();
    for (Element element : elements) {
      if (element instanceof Message error) {
        throw new PluginException(where, error.getMessage(), "a module that can be configured");
      }
      if (element instanceof Binding<?> binding) {
        var unused = binding.acceptTargetVisitor(found);
      }
    }
    List<Key<?>> bound = new ArrayList<>();
    for (Element element : elements) {
      if (element instanceof Binding<?> binding && !found.contain(element)) {
        bound.add(binding.getKey());
      }
    }
    List<String> named = new ArrayList<>();
    for (MapBinderBinding<?> map : found.named) {
      String kind = NAMED.getOrDefault(map.getValueTypeLiteral().getRawType(), "");
      map.getEntries(elements).forEach(entry -> named.add(kind + " " + entry.getKey()));
    }
    List<Addition> added = new ArrayList<>();
    for (MapBinderBinding<?> map : found.toTrainings) {
      added.addAll(additions(map, elements, module, origin, digest));
    }
    return new Plugin(module, origin, digest, bound, named, !found.filters.isEmpty(), added);
  }

  /** Makes the things of a map without the rest of the module, which may need a model. */
  private static List<Addition> additions(
      MapBinderBinding<?> map,
      List<Element> elements,
      Module module,
      String origin,
      String digest) {
    Class<?> type = map.getValueTypeLiteral().getRawType();
    var point = type.getAnnotation(PluginPoint.class);
    var alone = Elements.getModule(elements.stream().filter(map::containsElement).toList());
    Map<?, ?> things;
    try {
      things = (Map<?, ?>) Guice.createInjector(alone).getInstance(map.getMapKey());
    } catch (CreationException | ConfigurationException | ProvisionException e) {
      String reason = String.valueOf(e.getMessage()).lines().skip(2).findFirst().orElse("");
      throw new PluginException(
          where(module, origin),
          reason,
          "a " + type.getSimpleName() + " that can be made alone",
          e);
    }
    List<Addition> made = new ArrayList<>();
    new TreeMap<Object, Object>(things)
        .forEach(
            (name, value) -> {
              var part =
                  new ReplacedPart(
                      point.value() + " " + name, module.getClass().getName(), origin, digest);
              Object guarded = Replacements.proxy(type, value, part.toString(), point.expected());
              made.add(new Addition(point.value(), name.toString(), guarded, part));
            });
    return made;
  }

  /** The sets and maps of a module that any family of models has. */
  private static final class Found extends DefaultBindingTargetVisitor<Object, Void>
      implements MultibindingsTargetVisitor<Object, Void> {
    final List<MapBinderBinding<?>> named = new ArrayList<>();
    final List<MultibinderBinding<?>> filters = new ArrayList<>();
    final List<MapBinderBinding<?>> toTrainings = new ArrayList<>();

    @Override
    public @Nullable Void visit(MapBinderBinding<?> map) {
      if (NAMED.containsKey(map.getValueTypeLiteral().getRawType())) {
        named.add(map);
      } else if (map.getValueTypeLiteral().getRawType().isAnnotationPresent(PluginPoint.class)) {
        toTrainings.add(map);
      }
      return null;
    }

    @Override
    public @Nullable Void visit(MultibinderBinding<?> set) {
      if (set.getElementTypeLiteral().getRawType() == ImageFilter.class) {
        filters.add(set);
      }
      return null;
    }

    @Override
    public @Nullable Void visit(OptionalBinderBinding<?> optional) {
      return null;
    }

    boolean contain(Element element) {
      return Stream.concat(named.stream(), toTrainings.stream())
              .anyMatch(map -> map.containsElement(element))
          || filters.stream().anyMatch(set -> set.containsElement(element));
    }
  }

  private static String where(Module module, String origin) {
    String name = module.getClass().getName();
    return origin.isEmpty() ? name : origin + ": " + name;
  }

  /** Returns the jar and the class. */
  String where() {
    return where(module, origin);
  }

  /** Whether it comes from the same jar, or both from the class path. */
  boolean isOfJarOf(Plugin other) {
    return origin.equals(other.origin) && digest.equals(other.digest);
  }

  /** Whether it has nothing but additions to training runs. */
  boolean isForTrainings() {
    return !additions.isEmpty() && bound.isEmpty() && named.isEmpty() && !filters;
  }

  /** Whether a model with these parts uses something of the plugin. */
  boolean isFor(Set<Class<?>> parts) {
    return filters || drawsWithBackbone() || !recorded(parts).isEmpty();
  }

  /** Whether folders may need the plugin's networks. */
  private boolean drawsWithBackbone() {
    return additions.stream().anyMatch(addition -> addition.point().equals("backbone"));
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

  /** Whether it is another thing of Diffusion4J, which the plugin would take the place of. */
  private static boolean isForeign(Key<?> key) {
    return key.getAnnotationType() == null
        && !isPart(key)
        && key.getTypeLiteral().toString().contains("io.diffusion4j.");
  }

  /** Returns the parts that the plugin binds, and what it adds under names. */
  List<ReplacedPart> recorded(Set<Class<?>> parts) {
    Set<String> kinds = new LinkedHashSet<>();
    for (Key<?> key : bound) {
      Class<?> type = type(key);
      if (key.getAnnotationType() == null && parts.contains(type)) {
        kinds.add(kind(type));
      }
    }
    kinds.addAll(named);
    return kinds.stream()
        .map(kind -> new ReplacedPart(kind, module.getClass().getName(), origin, digest))
        .toList();
  }

  /** Rejects a module that binds what is not offered to plugins. */
  void requireOffered(Set<Class<?>> parts) {
    List<Key<?>> foreign = bound.stream().filter(Plugin::isForeign).toList();
    if (!foreign.isEmpty()) {
      throw refusal(foreign, parts);
    }
  }

  /** Rejects a module if a model uses none of its bindings, or not all of its parts. */
  void requireUsed(Set<Class<?>> parts) {
    List<Key<?>> unused =
        isFor(parts)
            ? bound.stream().filter(key -> isPart(key) && !parts.contains(type(key))).toList()
            : bound;
    if (!isFor(parts) || !unused.isEmpty()) {
      throw refusal(unused, parts);
    }
  }

  private PluginException refusal(List<Key<?>> unused, Set<Class<?>> parts) {
    String binds =
        unused.stream().map(key -> key.getTypeLiteral().toString()).distinct().collect(joined());
    String known =
        Stream.concat(
                parts.stream().map(Class::getSimpleName).sorted(),
                Stream.concat(
                    NAMED.keySet().stream().map(type -> "named " + type.getSimpleName()).sorted(),
                    Stream.of("a set of " + ImageFilter.class.getSimpleName())))
            .collect(joined());
    return new PluginException(
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
