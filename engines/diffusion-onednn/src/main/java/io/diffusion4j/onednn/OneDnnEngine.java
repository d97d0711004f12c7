package io.diffusion4j.onednn;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.QuantisedLayers;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.UnsupportedLayerException;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.engine.Executable;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.onednn.core.Arena;
import io.diffusion4j.onednn.core.Buffer;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Descriptions;
import io.diffusion4j.onednn.core.Natives;
import io.diffusion4j.onednn.core.Scope;
import io.diffusion4j.onednn.core.WorkerPool;
import io.diffusion4j.onednn.run.Compiler;
import io.diffusion4j.onednn.run.OneDnnLowering;
import io.diffusion4j.onednn.run.PackedWeightCache;
import io.diffusion4j.onednn.run.PackedWeights;
import io.diffusion4j.onednn.run.Primitives;
import io.diffusion4j.onednn.run.Program;
import io.diffusion4j.onednn.run.Slots;
import io.diffusion4j.onednn.run.Steps;
import io.diffusion4j.onednn.train.OneDnnGradient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The oneDNN engine, which needs no TensorFlow, for processors with AVX2; gradients need AVX-512.
 * It lacks the layers that only losses and classifiers have; for such a layer, the error names it.
 *
 * <p>It is registered for {@link java.util.ServiceLoader}.
 */
public final class OneDnnEngine implements Engine {
  /** Creates the engine; the library is loaded at its first use. */
  public OneDnnEngine() {}

  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public Optional<String> unavailable(Precision precision) {
    if (precision == Precision.EXACT) {
      return Optional.of("its sums depend on the processor");
    }
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
  public Optional<String> instructionSet() {
    return Optional.of(Natives.instructionSet());
  }

  @Override
  public List<Executable> compile(
      Network network, List<Network> variants, TensorSource weights, Compute compute) {
    network.requireFits(weights);
    var team = WorkerPool.of(compute.threads());
    var scope = new Scope();
    try (var compiling = new Scope()) {
      var type = DataType.of(compute.precision());
      var kept =
          compute
              .packed()
              .flatMap(folder -> PackedWeightCache.of(folder, weights, compute.precision(), team));
      kept.ifPresent(file -> scope.onClose(file::close));
      var packed = new PackedWeights(scope, weights, kept);
      var slots = new Slots(scope);
      List<Program> programs = new ArrayList<>();
      for (Network each : Stream.concat(Stream.of(network), variants.stream()).toList()) {
        Set<Integer> quantised =
            compute.precision() == Precision.INT8 ? QuantisedLayers.in(each, network) : Set.of();
        programs.add(
            team.call(() -> compile(each, quantised, packed, team, slots, scope, compiling, type)));
      }
      programs.get(0).prepare();
      packed.fill(team);
      return List.copyOf(programs);
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
  }

  @Override
  public Executable compileWithGradient(
      Network network, String input, TensorSource weights, Compute compute) {
    if (!Natives.trains()) {
      throw new UnsupportedLayerException("gradients by inputs, without AVX-512, in " + name());
    }
    return new OneDnnGradient(network, input, weights, compute);
  }

  /** Runs on a thread of the team, so that primitives are created for one thread. */
  private static Program compile(
      Network network,
      Set<Integer> quantised,
      PackedWeights weights,
      WorkerPool team,
      Slots slots,
      Scope scope,
      Scope compiling,
      DataType type) {
    var descriptions = new Descriptions(scope);
    var arena = new Arena();
    var steps = new Steps(team.size());
    List<Buffer> scratch = new ArrayList<>();
    for (int part = 0; part < team.size(); part++) {
      scratch.add(arena.buffer(0));
    }
    var primitives = new Primitives(steps, scope, compiling, descriptions, scratch);
    var lowering = new OneDnnLowering(steps, arena, primitives, weights, type);
    var compiler = new Compiler(network, lowering, type, quantised);
    var inputs = compiler.inputs();
    var outputs = compiler.outputs();
    List<Buffer> lasting = new ArrayList<>(scratch);
    outputs.forEach(value -> lasting.add(value.buffer()));
    lasting.forEach(buffer -> buffer.usedIn(steps.size()));
    scratch.forEach(buffer -> buffer.usedIn(0));
    var integers =
        network.inputs().entrySet().stream()
            .filter(input -> input.getValue().role() == Tensor.Role.INTEGERS)
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    return new Program(
        team, slots, inputs, integers, outputs, steps, steps.stretches(scratch), arena.place());
  }
}
