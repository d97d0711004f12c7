package io.diffusion4j.ddpm;

import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.training.Distiller;
import io.diffusion4j.training.ModelLayout;
import io.diffusion4j.training.PartTechniques;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.training.TrainableFamily;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The models of pixels that can be trained, each with a folder of its own. */
public final class DdpmTrainings implements TrainableFamily {
  /** An unconditional model (Ho et al. 2020). */
  public static final TrainableComponent DDPM = new DdpmTraining(false);

  /** A model with one noise level: a denoising autoencoder (Vincent 2011). */
  public static final TrainableComponent DAE = new DdpmTraining(true);

  /** The classifier that guides a DDPM by its gradient (Dhariwal &amp; Nichol 2021). */
  public static final TrainableComponent CLASSIFIER = new ClassifierTraining();

  @Override
  public String name() {
    return "DDPM";
  }

  @Override
  public List<TrainableComponent> components() {
    return List.of(DDPM, DAE, CLASSIFIER);
  }

  @Override
  public Optional<Class<? extends Record>> sizes() {
    return Optional.of(DdpmSizes.Sections.class);
  }

  @Override
  public Optional<Distiller> distiller(Path model) {
    return DdpmFolder.isAt(model) ? Optional.of(new PixelDistiller()) : Optional.empty();
  }

  @Override
  public ModelLayout layout(Path model) {
    return new Layout(model);
  }

  private record Layout(Path pipeline) implements ModelLayout {
    @Override
    public List<String> components() {
      return List.of(
          DdpmFolder.UNET, DdpmFolder.TRANSFORMER, DdpmFolder.SCHEDULER, DdpmFamily.CLASSIFIER);
    }

    /** A model that was trained as a flow is trained on as one. */
    @Override
    public Map<String, String> techniques(TrainableComponent component) {
      boolean flow = component.equals(DDPM) && new DdpmFolder(pipeline).scheduler().kind().isFlow();
      return flow ? PartTechniques.predicting(Parameterization.VELOCITY) : Map.of();
    }
  }
}
