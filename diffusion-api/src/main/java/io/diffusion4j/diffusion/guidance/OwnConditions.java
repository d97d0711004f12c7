package io.diffusion4j.diffusion.guidance;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.process.Parameterization;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A weaker network whose conditions are not those of the guided network, since each computes its
 * own from a prompt or an embedding.
 *
 * @param network the weaker network
 * @param conditions its conditions, by those of the guided network
 */
public record OwnConditions<C>(Denoiser<C> network, Map<C, C> conditions) implements Denoiser<C> {
  /**
   * Pairs conditions.
   *
   * @param own the weaker network's condition for each of {@code guided}
   */
  public static <C> OwnConditions<C> of(Denoiser<C> network, List<C> guided, List<C> own) {
    Check.that(guided.size() == own.size(), "own", own.size(), "%s", guided.size());
    Map<C, C> conditions = new HashMap<>();
    for (int i = 0; i < own.size(); i++) {
      conditions.put(guided.get(i), own.get(i));
    }
    return new OwnConditions<>(network, conditions);
  }

  @Override
  public Parameterization parameterization() {
    return network.parameterization();
  }

  @Override
  public List<Prediction> predict(List<Query<C>> queries) {
    return network.predict(
        queries.stream()
            .map(
                query ->
                    query.withCondition(Objects.requireNonNull(conditions.get(query.condition()))))
            .toList());
  }
}
