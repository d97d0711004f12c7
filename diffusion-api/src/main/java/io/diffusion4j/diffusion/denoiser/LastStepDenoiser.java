package io.diffusion4j.diffusion.denoiser;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.process.Parameterization;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Two networks that share a trajectory: one for the timesteps above 0, another for timestep 0. The
 * published unCLIP upsamplers are such pairs.
 *
 * @param first used for t &gt; 0
 * @param last used for t = 0, with the same parameterization
 */
public record LastStepDenoiser<C>(Denoiser<C> first, Denoiser<C> last) implements Denoiser<C> {
  public LastStepDenoiser {
    Check.that(
        first.parameterization() == last.parameterization(),
        "parameterization",
        last.parameterization() + " of the last step",
        "%s, that of the others",
        first.parameterization());
  }

  @Override
  public Parameterization parameterization() {
    return first.parameterization();
  }

  @Override
  public List<Prediction> predict(List<Query<C>> queries) {
    var fromFirst = ask(first, queries, query -> !isLast(query)).iterator();
    var fromLast = ask(last, queries, LastStepDenoiser::isLast).iterator();
    List<Prediction> answers = new ArrayList<>(queries.size());
    for (Query<C> query : queries) {
      answers.add((isLast(query) ? fromLast : fromFirst).next());
    }
    return answers;
  }

  private static boolean isLast(Query<?> query) {
    return query.t() == 0;
  }

  private static <C> List<Prediction> ask(
      Denoiser<C> denoiser, List<Query<C>> queries, Predicate<Query<C>> mine) {
    List<Query<C>> asked = queries.stream().filter(mine).toList();
    return asked.isEmpty() ? List.of() : denoiser.predict(asked);
  }
}
