package io.diffusion4j.unclip.training;

import io.diffusion4j.training.Distiller;
import io.diffusion4j.training.ModelLayout;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.training.TrainableFamily;
import io.diffusion4j.unclip.KnownWords;
import io.diffusion4j.unclip.UnclipFamily;
import io.diffusion4j.unclip.UnclipFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The components of unCLIP that can be trained; a model is one folder with one for each. */
public final class UnclipTraining implements TrainableFamily {
  public static final TrainableComponent CLIP = new ClipTraining();
  public static final TrainableComponent PRIOR = new PriorTraining();

  /** The autoregressive prior, an optional second prior of a pipeline. */
  public static final TrainableComponent PRIOR_AR = new AutoregressiveTraining();

  /** The one-pass prior (ECLIPSE), an optional prior of a pipeline. */
  public static final TrainableComponent PRIOR_DIRECT = new DirectTraining();

  public static final TrainableComponent DECODER = new DecoderTraining();

  /** The upsampler's network for all steps but the last. */
  public static final TrainableComponent UPSAMPLER = new UpsamplerTraining(false);

  /** The upsampler's network for the last step, trained on from the first. */
  public static final TrainableComponent UPSAMPLER_LAST = new UpsamplerTraining(true);

  /** The noised CLIP that guides the decoder by its gradient (Nichol et al. 2022). */
  public static final TrainableComponent NOISED_CLIP = new NoisedClipTraining();

  @Override
  public String name() {
    return "unCLIP";
  }

  @Override
  public List<TrainableComponent> components() {
    return List.of(
        CLIP, PRIOR, PRIOR_AR, PRIOR_DIRECT, DECODER, UPSAMPLER, UPSAMPLER_LAST, NOISED_CLIP);
  }

  @Override
  public Optional<Class<? extends Record>> sizes() {
    return Optional.of(UnclipPreset.class);
  }

  @Override
  public Optional<Distiller> distiller(Path model) {
    return new UnclipFamily().isAt(model) ? Optional.of(new UnclipDistiller()) : Optional.empty();
  }

  @Override
  public ModelLayout layout(Path model) {
    return new Layout(model);
  }

  private record Layout(Path pipeline) implements ModelLayout {
    private static final Map<TrainableComponent, String> SCHEDULERS =
        Map.of(
            PRIOR,
            UnclipFolder.PRIOR_SCHEDULER,
            DECODER,
            UnclipFolder.DECODER_SCHEDULER,
            UPSAMPLER,
            UnclipFolder.SUPER_RES_SCHEDULER,
            UPSAMPLER_LAST,
            UnclipFolder.SUPER_RES_SCHEDULER);

    @Override
    public List<String> components() {
      return UnclipFolder.names();
    }

    @Override
    public List<Path> files() {
      return List.of(pipeline.resolve(KnownWords.FILE));
    }

    @Override
    public Map<String, String> techniques(TrainableComponent component) {
      return Optional.ofNullable(SCHEDULERS.get(component))
          .flatMap(name -> UnclipRun.scheduler(component(name)))
          .map(scheduler -> UnclipRun.predicting(scheduler.parameterization()))
          .orElse(Map.of());
    }

    @Override
    public void writeIndex() {
      UnclipFolder.writeIndex(pipeline);
    }
  }
}
