package io.diffusion4j.decoder;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.guidance.ConditionGradient;
import io.diffusion4j.diffusion.guidance.GradientGuidance;
import io.diffusion4j.diffusion.guidance.GradientGuidedDenoiser;
import io.diffusion4j.diffusion.guidance.Guidance;
import io.diffusion4j.diffusion.guidance.GuidedDenoiser;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A network that is sampled with guidance: away from a second condition (classifier-free guidance),
 * or, with settings that name a guide, by the gradient of a judge of x_t.
 *
 * @param offered how the stage samples
 * @param network the network with its schedule
 * @param weaker a smaller or earlier network, from which a guider can lead away; empty for none
 * @param judge the guide; empty for none
 * @param <C> the conditions of the network
 * @param <J> what the judge compares x_t with: a class, or the embedding of a caption
 */
public record GuidedStage<C, J>(
    Stage offered,
    DiffusionStage<C> network,
    Optional<Denoiser<C>> weaker,
    Optional<ConditionGradient<J>> judge) {
  /** Composes the stage for samples of {@code rowSize} values. */
  public static <C, J> GuidedStage<C, J> of(
      Stage offered, Denoiser<C> network, int rowSize, Optional<ConditionGradient<J>> judge) {
    return new GuidedStage<>(
        offered, DiffusionStage.of(offered, network, rowSize), Optional.empty(), judge);
  }

  /** Returns the stage with a weaker network of the same prediction. */
  public GuidedStage<C, J> withWeaker(Denoiser<C> other) {
    return new GuidedStage<>(offered, network, Optional.of(other), judge);
  }

  /** Returns the stage with another treatment of x̂₀. */
  public GuidedStage<C, J> withTreatment(Thresholding other) {
    return new GuidedStage<>(offered, network.withTreatment(other), weaker, judge);
  }

  /**
   * Draws one sample per condition.
   *
   * @param away the conditions that classifier-free guidance moves away from, one for each draw
   * @param wanted what the judge compares the samples with, one for each draw; only called if the
   *     settings name a guide
   * @throws IllegalArgumentException if the settings name a guide and there is none
   */
  public List<float[]> sample(
      List<Draw<C>> draws,
      List<C> away,
      Supplier<List<J>> wanted,
      SamplingSettings settings,
      SamplingListener listener) {
    var scale = settings.guidanceScale();
    if (settings.guide().isEmpty()) {
      var guided =
          each(
              draws,
              i ->
                  new Guidance<>(
                      draws.get(i).condition(), away.get(i), scale, settings.guider().begin()));
      return by(new GuidedDenoiser<>(network.denoiser(), weaker))
          .sample(guided, settings, listener);
    }
    var by =
        judge.orElseThrow(
            () -> Check.refusal("guidance", settings.guide().get(), offered.guidesExpected()));
    List<J> targets = wanted.get();
    var guided =
        each(draws, i -> new GradientGuidance<>(draws.get(i).condition(), targets.get(i), scale));
    return by(GradientGuidedDenoiser.byStep(network.denoiser(), by))
        .sample(guided, settings, listener);
  }

  private static <C, D> List<Draw<D>> each(List<Draw<C>> draws, IntFunction<D> condition) {
    return IntStream.range(0, draws.size())
        .mapToObj(i -> draws.get(i).withCondition(condition.apply(i)))
        .toList();
  }

  private <D> DiffusionStage<D> by(Denoiser<D> denoiser) {
    return new DiffusionStage<>(
        network.name(),
        denoiser,
        network.schedule(),
        network.spacing(),
        network.treatment(),
        network.rowSize());
  }
}
