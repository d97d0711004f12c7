package io.diffusion4j.tf;

import io.diffusion4j.tf.nn.NamedTensors;
import io.diffusion4j.tf.nn.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which engine runs a network: the first that can of those on the class path, unless the system
 * property {@code diffusion4j.engine} names one. What another lacks the layers of is left to
 * TensorFlow.
 */
public final class Engines {
  /** The system property; {@value #AUTO}, or the name of an engine. Default: {@value #AUTO}. */
  public static final String PROPERTY = "diffusion4j.engine";

  /** The fastest that can. */
  public static final String AUTO = "auto";

  private static final Logger LOG = LoggerFactory.getLogger(Engines.class);
  private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

  private Engines() {}

  /** All that there are, the fastest first. */
  public static List<Engine> all() {
    List<Engine> engines = new ArrayList<>();
    ServiceLoader.load(Engine.class, Engines.class.getClassLoader()).forEach(engines::add);
    engines.add(new TensorFlowEngine());
    return List.copyOf(engines);
  }

  /** Names that may be asked for. */
  public static List<String> names() {
    List<String> names = new ArrayList<>(List.of(AUTO));
    all().forEach(engine -> names.add(engine.name()));
    return names;
  }

  /**
   * Prefers an engine from here on: sets the system property.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public static void prefer(String name) {
    System.setProperty(PROPERTY, known(name));
  }

  /** What is asked for, an engine's name or {@value #AUTO}; whether there is one is not checked. */
  public static String asked() {
    return System.getProperty(PROPERTY, AUTO);
  }

  /** Whether this processor has instructions for a number format, so that it is the faster one. */
  public static boolean areMadeFor(Precision precision) {
    return all().stream()
        .filter(engine -> !(engine instanceof TensorFlowEngine)) // it emulates what is lacking
        .anyMatch(engine -> engine.unavailable(precision).isEmpty());
  }

  private static String known(String name) {
    if (!names().contains(name)) {
      throw new IllegalArgumentException(
          "engine: " + name + " (expected: one of " + String.join(", ", names()) + ")");
    }
    return name;
  }

  /**
   * Makes a network ready to run. A network with a layer that an engine lacks is left to the next.
   *
   * @throws IllegalArgumentException if the property names no engine
   * @throws IllegalStateException if it names one that cannot run here
   */
  static Executable compile(Network network, NamedTensors weights, Precision precision) {
    String asked = known(asked());
    for (Engine engine : all()) {
      boolean last = engine instanceof TensorFlowEngine;
      if (!asked.equals(AUTO) && !asked.equals(engine.name()) && !last) {
        continue;
      }
      var reason = engine.unavailable(precision);
      if (reason.isPresent() && asked.equals(engine.name())) {
        throw new IllegalStateException("engine: " + asked + ": " + reason.get());
      }
      if (reason.isPresent()) {
        if (TOLD.add(engine.name() + precision)) {
          LOG.info("TensorFlow runs the networks, as {} cannot: {}", engine.name(), reason.get());
        }
        continue;
      }
      try {
        return engine.compile(network, weights, precision);
      } catch (UnsupportedLayerException e) {
        LOG.debug("Left to the next engine by {}: {}", engine.name(), e.getMessage());
      }
    }
    throw new IllegalStateException("engine: none"); // TensorFlow has every layer
  }
}
