package io.diffusion4j.pipeline;

import com.google.inject.Module;
import com.google.inject.multibindings.MapBinder;
import io.diffusion4j.diffusion.pipeline.PluginException;
import io.diffusion4j.diffusion.pipeline.ReplacedPart;
import io.diffusion4j.diffusion.sampling.Sampler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;

/**
 * The parts of a model that plugins have replaced. A family injects it where it composes its
 * pipeline, lists {@link #parts} on the model's card, and {@link #guard guards} each part, so that
 * a failure names the plugin.
 *
 * @param parts the replaced parts, and what plugins add under names
 * @param named the plugins that add something under a name, by their names in messages
 */
public record Replacements(List<ReplacedPart> parts, String named) {
  /** Nothing is replaced. */
  public static final Replacements NONE = new Replacements(List.of(), "");

  private static final String A_PLAN = "a plan, or an IllegalArgumentException for steps it cannot";

  public Replacements {
    parts = List.copyOf(parts);
  }

  /**
   * Binds the defaults for a family's module: nothing is replaced, and plugins may add things under
   * names.
   */
  public static Module noneYet() {
    return binder -> {
      binder.bind(Replacements.class).toInstance(NONE);
      Plugin.NAMED.keySet().forEach(type -> MapBinder.newMapBinder(binder, String.class, type));
    };
  }

  /** Whether a part of this type is replaced. */
  public boolean has(Class<?> type) {
    return of(type).isPresent();
  }

  private Optional<ReplacedPart> of(Class<?> type) {
    String kind = Plugin.kind(type);
    return parts.stream().filter(part -> part.kind().equals(kind)).findFirst();
  }

  /**
   * Returns the part itself if it is the model's own, otherwise one whose exceptions name the
   * plugin.
   *
   * @param expected the contract of the part, in words
   */
  public <T> T guard(Class<T> type, T part, String expected) {
    return of(type).map(replaced -> proxy(type, part, replaced.toString(), expected)).orElse(part);
  }

  /** Guards the samplers that plugins have added under names. */
  public Map<String, Sampler> guardNamed(Map<String, Sampler> samplers) {
    Map<String, Sampler> guarded = new HashMap<>();
    samplers.forEach(
        (name, sampler) ->
            guarded.put(
                name, proxy(Sampler.class, sampler, "sampler " + name + " by " + named, A_PLAN)));
    return guarded;
  }

  /** Returns a part whose exceptions name the plugin. */
  static <T> T proxy(Class<T> type, Object part, String who, String expected) {
    Set<Class<?>> interfaces = new LinkedHashSet<>(List.of(type));
    for (Class<?> c = part.getClass(); c != null; c = c.getSuperclass()) {
      interfaces.addAll(List.of(c.getInterfaces()));
    }
    interfaces.removeIf(i -> !i.getName().startsWith("io.diffusion4j."));
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            interfaces.toArray(Class<?>[]::new),
            (self, method, arguments) -> call(part, method, arguments, who, expected)));
  }

  @SuppressWarnings("NullAway") // a method without parameters gets null arguments
  private static Object call(
      Object part, Method method, Object[] arguments, String who, String expected)
      throws Throwable {
    try {
      return method.invoke(part, arguments);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      if (cause instanceof CancellationException
          || cause instanceof PluginException
          || (cause instanceof IllegalArgumentException && part instanceof Sampler)
          || (cause instanceof Error && !(cause instanceof LinkageError))) {
        throw cause; // its message is better than ours
      }
      throw new PluginException(who, String.valueOf(cause), expected, cause);
    }
  }
}
