package io.diffusion4j.nn.engine;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.spi.ServiceProviders;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.UnsupportedLayerException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engines on the class path, and the choice of one for a network: the engine named in its
 * {@link Compute}, or the first that supports all layers of the network.
 */
public final class Engines {
  /**
   * The system property in which command lines store the requested engine: {@value #AUTO}, or the
   * name of an engine. Models get a {@link Compute} and do not read the property.
   */
  public static final String PROPERTY = "diffusion4j.engine";

  /** The fastest engine that supports the network. */
  public static final String AUTO = "auto";

  private static final Logger LOG = LoggerFactory.getLogger(Engines.class);
  private static final Set<String> REPORTED = ConcurrentHashMap.newKeySet();

  private static final String THREADS = ", threads: ";

  private Engines() {}

  /** Returns all engines that can be named, the fastest first and the last resort last. */
  public static List<Engine> all() {
    return ServiceProviders.of(Engine.class).stream()
        .filter(engine -> engine.only().isEmpty())
        .sorted(Comparator.comparing(Engine::isLastResort))
        .toList();
  }

  /** Returns the engines that may compute with these settings, the first choice first. */
  private static List<Engine> allowed(Compute compute) {
    String asked = requireKnown(compute.engine());
    List<Engine> allowed = new ArrayList<>(ServiceProviders.of(Engine.class));
    allowed.removeIf(engine -> engine.only().filter(compute.precision()::equals).isEmpty());
    return allowed.isEmpty()
        ? all().stream().filter(engine -> isAllowed(engine, asked)).toList()
        : allowed;
  }

  /** Returns the valid names. */
  public static List<String> names() {
    List<String> names = new ArrayList<>(List.of(AUTO));
    all().forEach(engine -> names.add(engine.name()));
    return names;
  }

  /**
   * Sets the system property to the engine requested on a command line.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public static void prefer(String name) {
    System.setProperty(PROPERTY, requireKnown(name));
  }

  /**
   * Returns the name in the system property, or {@value #AUTO}; unknown names are not refused here.
   */
  public static String asked() {
    return System.getProperty(PROPERTY, AUTO);
  }

  /** Whether this processor has instructions for a number format, so that it is the faster one. */
  public static boolean areMadeFor(Precision precision) {
    return all().stream()
        .filter(Engine::isAutomatic)
        .filter(engine -> !engine.isLastResort()) // it emulates missing instructions
        .anyMatch(engine -> engine.unavailable(precision).isEmpty());
  }

  /** Returns the number of open native tensors of all engines, see {@link Engine#liveTensors}. */
  public static long liveTensors() {
    return all().stream().mapToLong(Engine::liveTensors).sum();
  }

  /**
   * Checks the name of an engine.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public static String requireKnown(String name) {
    Check.that(names().contains(name), "engine", name, "one of %s", String.join(", ", names()));
    return name;
  }

  /**
   * Compiles a network. A network with a layer that the engine of 8-bit products lacks is computed
   * {@linkplain Compute#unquantised in floating point}.
   *
   * @throws IllegalArgumentException if there is no engine of the name that {@code compute} has
   * @throws EngineUnavailableException if that engine cannot run here, or none has the precision
   */
  public static Executable compile(Network network, TensorSource weights, Compute compute) {
    return first(network, compute, (engine, how) -> engine.compile(network, weights, how));
  }

  /**
   * Compiles a network and variants of it for one engine, see {@link Engine#compile(Network, List,
   * TensorSource, Compute)}. Throws the exceptions of the other method.
   */
  public static List<Executable> compile(
      Network network, List<Network> variants, TensorSource weights, Compute compute) {
    return first(
        network, compute, (engine, how) -> engine.compile(network, variants, weights, how));
  }

  /**
   * Compiles a network and the gradient of its first output by an input, see {@link
   * Engine#compileWithGradient}; always in floating point.
   *
   * @throws IllegalArgumentException if there is no engine of the name that {@code compute} has, or
   *     no input of numbers of this name
   * @throws EngineUnavailableException if that engine cannot run here
   */
  public static Executable compileWithGradient(
      Network network, String input, TensorSource weights, Compute compute) {
    var by = network.inputs().get(input);
    Check.that(
        by != null && by.role() == Tensor.Role.NUMBERS,
        "input",
        input,
        "an input of numbers of %s",
        network.name());
    return first(
        network,
        compute.unquantised(),
        (engine, how) -> engine.compileWithGradient(network, input, weights, how));
  }

  /** Whether an engine can run networks in this precision here. */
  public static boolean has(Compute compute) {
    return allowed(compute).stream()
        .anyMatch(engine -> engine.unavailable(compute.precision()).isEmpty());
  }

  /**
   * Returns the engine that computes with these settings, its {@linkplain Engine#instructionSet
   * instruction set} and its threads, such as {@code onednn avx512_core_bf16, threads: 2}, or only
   * its name if results depend on nothing else; empty if its results are not repeatable to the bit.
   */
  public static Optional<String> arithmetic(Compute compute) {
    return allowed(compute).stream()
        .filter(engine -> engine.unavailable(compute.precision()).isEmpty())
        .findFirst()
        .flatMap(
            engine ->
                engine
                    .instructionSet()
                    .map(
                        set ->
                            set.isEmpty()
                                ? engine.name()
                                : engine.name() + " " + set + THREADS + compute.threads().count()));
  }

  /** Returns the threads in a description by {@link #arithmetic}; empty if it has none. */
  public static Optional<Threads> threads(String arithmetic) {
    int at = arithmetic.lastIndexOf(THREADS);
    String count = at < 0 ? "" : arithmetic.substring(at + THREADS.length());
    return count.matches("[1-9]\\d{0,2}")
        ? Optional.of(Threads.of(Integer.parseInt(count)))
        : Optional.empty();
  }

  private static boolean isAllowed(Engine engine, String asked) {
    return asked.equals(engine.name())
        || engine.isLastResort()
        || (asked.equals(AUTO) && engine.isAutomatic());
  }

  private static <T> T first(
      Network network, Compute compute, BiFunction<Engine, Compute, T> compile) {
    String asked = compute.engine();
    Compute how = compute;
    List<String> reasons = new ArrayList<>();
    for (Engine engine : allowed(compute)) {
      var reason = engine.unavailable(how.precision());
      if (reason.isPresent() && asked.equals(engine.name())) {
        throw new EngineUnavailableException("engine: " + asked + ": " + reason.get());
      }
      if (reason.isPresent()) {
        reasons.add(engine.name() + ": " + reason.get());
        if (Precision.FLOATING.contains(how.precision())
            && REPORTED.add(engine.name() + how.precision())) {
          LOG.info("TensorFlow runs the networks, as {} cannot: {}", engine.name(), reason.get());
        }
        continue;
      }
      try {
        return compile.apply(engine, how);
      } catch (UnsupportedLayerException e) {
        LOG.debug(
            "{}: left to the next engine by {}: {}", network.name(), engine.name(), e.getMessage());
        if (engine.only().isPresent()) {
          reasons.add(engine.name() + ": " + e.getMessage());
        }
        how = how.unquantised();
      }
    }
    if (!Precision.FLOATING.contains(compute.precision())) {
      throw new EngineUnavailableException(
          "precision: "
              + compute.precision().word()
              + ": no engine has it here ("
              + String.join("; ", reasons)
              + ")");
    }
    throw new EngineUnavailableException(
        "engine: none for " + network.name() + " (expected: diffusion-tf on the class path)");
  }
}
