package io.diffusion4j.diffusion.denoiser;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.process.Parameterization;
import java.util.ArrayList;
import java.util.List;

/**
 * Two networks that share a trajectory: one makes the last step, whatever its timestep, and the
 * other all steps before. The published unCLIP upsamplers are such pairs.
 *
 * @param first used for the other steps
 * @param last used for the {@linkplain Query#isLast last} step, with the same parameterization
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
    var others = queries.stream().filter(query -> !query.isLast()).toList();
    var fromFirst = ask(first, others).iterator();
    // The features of one network mean nothing to another.
    var ending =
        queries.stream().filter(Query::isLast).map(query -> query.withReuse(Reuse.NONE)).toList();
    var fromLast = ask(last, ending).iterator();
    List<Prediction> answers = new ArrayList<>(queries.size());
    for (Query<C> query : queries) {
      answers.add((query.isLast() ? fromLast : fromFirst).next());
    }
    return answers;
  }

  private static <C> List<Prediction> ask(Denoiser<C> denoiser, List<Query<C>> queries) {
    return queries.isEmpty() ? List.of() : denoiser.predict(queries);
  }
}
