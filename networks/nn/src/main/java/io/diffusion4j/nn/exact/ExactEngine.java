package io.diffusion4j.nn.exact;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.spi.ServiceProviders;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.QuantisedLayers;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.engine.Executable;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.exact.ExactLowering.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The engine of {@link Precision#EXACT}, on any machine. Products of integers come from a {@link
 * Products.Library} if there is one for the processor, and from Java otherwise.
 *
 * <p>It is registered for {@link java.util.ServiceLoader}.
 */
public final class ExactEngine implements Engine {
  /** Creates the engine. */
  public ExactEngine() {}

  @Override
  public String name() {
    return "exact";
  }

  @Override
  public Optional<String> unavailable(Precision precision) {
    return precision == Precision.EXACT
        ? Optional.empty()
        : Optional.of("it has the number format exact only");
  }

  @Override
  public Optional<Precision> only() {
    return Optional.of(Precision.EXACT);
  }

  @Override
  public Optional<String> instructionSet() {
    return Optional.of("");
  }

  @Override
  public List<Executable> compile(
      Network network, List<Network> variants, TensorSource weights, Compute compute) {
    network.requireFits(weights);
    var team = Team.of(compute.threads());
    var products = products(team.size());
    try {
      var turn = new ExactNetwork.Turn();
      var filters = ExactLowering.none();
      List<Executable> all = new ArrayList<>();
      for (Network each : Stream.concat(Stream.of(network), variants.stream()).toList()) {
        var narrow = QuantisedLayers.in(each, network);
        var lowering = new ExactLowering(each, weights, products, narrow, filters);
        List<Step> steps =
            each.nodes().stream().map(node -> node.layer().accept(lowering, node)).toList();
        all.add(new ExactNetwork(each, steps, team, products, turn));
      }
      return List.copyOf(all);
    } catch (RuntimeException | Error e) {
      products.close();
      throw e;
    }
  }

  private static Products products(int threads) {
    return ServiceProviders.of(Products.Library.class).stream()
        .flatMap(library -> library.open(threads).stream())
        .findFirst()
        .orElseGet(PlainProducts::new);
  }
}
