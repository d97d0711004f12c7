package io.diffusion4j.glide;

import io.diffusion4j.training.Distiller;
import io.diffusion4j.training.ModelLayout;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.training.TrainableFamily;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** GLIDE as a teacher. Its networks can be distilled, but not trained in other ways. */
public final class GlideTraining implements TrainableFamily {
  @Override
  public String name() {
    return "GLIDE";
  }

  @Override
  public List<TrainableComponent> components() {
    return List.of();
  }

  @Override
  public boolean canBegin() {
    return false;
  }

  @Override
  public ModelLayout layout(Path model) {
    return new Layout(model);
  }

  @Override
  public Optional<Distiller> distiller(Path model) {
    return GlideNetworks.isAt(model) ? Optional.of(new GlideDistiller()) : Optional.empty();
  }

  private record Layout(Path pipeline) implements ModelLayout {
    @Override
    public List<String> components() {
      return List.of(
          GlideNetworks.BASE,
          GlideNetworks.UPSAMPLE,
          GlideNetworks.TOKENIZER,
          GlideFamily.NOISED_CLIP);
    }
  }
}
