package io.diffusion4j.onednn;

import io.diffusion4j.tf.Engine;
import io.diffusion4j.tf.Executable;
import io.diffusion4j.tf.Network;
import io.diffusion4j.tf.NetworkTrace;
import io.diffusion4j.tf.nn.Layer;
import io.diffusion4j.tf.nn.NamedTensors;
import io.diffusion4j.tf.nn.Precision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * oneDNN without TensorFlow between, for processors with AVX-512. It has the layers of U-Nets; a
 * network with others is refused by name.
 *
 * <p>It is found by {@link java.util.ServiceLoader}.
 */
public final class OneDnnEngine implements Engine {
  /** Makes the engine; the library is loaded when it is first needed. */
  public OneDnnEngine() {}

  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public Optional<String> unavailable(Precision precision) {
    try {
      Natives.get();
      return Natives.fast(precision)
          ? Optional.empty()
          : Optional.of("the processor lacks the instructions for " + precision);
    } catch (LinkageError | RuntimeException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Executable compile(Network network, NamedTensors weights, Precision precision) {
    var trace = NetworkTrace.of(network);
    trace.requireFits(weights);
    var team = Team.shared();
    var scope = new Scope();
    try (var compiling = new Scope()) {
      var packed = new PackedWeights(scope, weights);
      var program = team.call(() -> compile(trace, packed, scope, compiling, precision));
      packed.fill(team);
      return program;
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
  }

  /** On a thread of the team, so that primitives are made for one thread. */
  private static Program compile(
      NetworkTrace trace,
      PackedWeights weights,
      Scope scope,
      Scope compiling,
      Precision precision) {
    var team = Team.shared();
    DataType type = DataType.of(precision);
    var descriptions = new Descriptions(compiling);
    var arena = new Arena();
    var steps = new Steps(team.size());
    List<Buffer> scratch = new ArrayList<>();
    for (int part = 0; part < team.size(); part++) {
      scratch.add(arena.buffer(0));
    }
    var primitives = new Primitives(scope, compiling, descriptions, scratch);
    var lowering = new Lowering(steps, arena, primitives, weights, type);
    var compiler = new Compiler(trace, lowering, type);
    var inputs = named(trace, compiler.inputs());
    var outputs = compiler.outputs();
    List<Buffer> lasting = new ArrayList<>(scratch);
    outputs.forEach(value -> lasting.add(value.buffer()));
    lasting.forEach(buffer -> buffer.usedIn(steps.size()));
    scratch.forEach(buffer -> buffer.usedIn(0));
    return new Program(
        team, scope, inputs, outputs, steps, steps.stretches(scratch), arena.place());
  }

  private static Map<String, Value> named(NetworkTrace trace, List<Value> values) {
    Map<String, Value> named = new LinkedHashMap<>();
    int next = 0;
    for (var node : trace.nodes()) {
      if (node.layer() instanceof Layer.Input input) {
        named.put(input.name(), values.get(next++));
      }
    }
    return named;
  }
}
