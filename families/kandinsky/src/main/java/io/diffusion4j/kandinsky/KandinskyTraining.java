package io.diffusion4j.kandinsky;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.training.Distiller;
import io.diffusion4j.training.ModelLayout;
import io.diffusion4j.training.PartTechniques;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.training.TrainableFamily;
import io.diffusion4j.unclip.UnclipFolder;
import io.diffusion4j.unclip.training.UnclipRun;
import io.diffusion4j.unclip.training.UnclipTraining;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The components of Kandinsky that can be trained, all of finished models only. Their names are
 * those of unCLIP's, whose prior it has.
 */
public final class KandinskyTraining implements TrainableFamily {
  private static final TrainableComponent DECODER = new KandinskyDecoderTraining();

  @Override
  public String name() {
    return "Kandinsky";
  }

  @Override
  public List<TrainableComponent> components() {
    return List.of(UnclipTraining.PRIOR, UnclipTraining.PRIOR_DIRECT, DECODER);
  }

  @Override
  public boolean isAt(Path model) {
    return KandinskyPair.isAt(model);
  }

  @Override
  public Optional<Distiller> distiller(Path model) {
    return isAt(model) ? Optional.of(new KandinskyDistiller()) : Optional.empty();
  }

  @Override
  public boolean canBegin() {
    return false;
  }

  @Override
  public ModelLayout layout(Path model) {
    return new Layout(KandinskyPair.in(model));
  }

  @Override
  public ModelLayout finished(Path model) {
    return new Layout(KandinskyPair.of(model));
  }

  private record Layout(KandinskyPair pair) implements ModelLayout {
    private Map<String, Path> folders() {
      return Map.ofEntries(
          Map.entry(UnclipFolder.TEXT_ENCODER, pair.textEncoder()),
          Map.entry(UnclipFolder.IMAGE_ENCODER, pair.imageEncoder()),
          Map.entry(UnclipFolder.TOKENIZER, pair.tokenizer()),
          Map.entry(UnclipFolder.FEATURE_EXTRACTOR, pair.imageProcessor()),
          Map.entry(UnclipFolder.PRIOR, pair.priorNetwork()),
          Map.entry(UnclipFolder.PRIOR_SCHEDULER, pair.priorScheduler()),
          Map.entry(UnclipFolder.PRIOR_ECLIPSE, pair.eclipse()),
          Map.entry(UnclipFolder.DECODER, pair.unet()),
          Map.entry(UnclipFolder.DECODER_SCHEDULER, pair.decoderScheduler()),
          Map.entry(KandinskyPair.MOVQ, pair.movq()));
    }

    @Override
    public Path component(String name) {
      Path folder = folders().get(name);
      if (folder == null) {
        throw Check.refusal("component", name, "one that Kandinsky has: %s", components());
      }
      return folder;
    }

    @Override
    public List<String> components() {
      return folders().keySet().stream().sorted().toList();
    }

    @Override
    public List<Path> files() {
      return pair.cards();
    }

    @Override
    public Path clip() {
      return pair.prior();
    }

    @Override
    public Path pipeline() {
      return pair.decoder();
    }

    /**
     * The decoder's techniques are those of the published training: the plain loss at uniform
     * timesteps.
     */
    @Override
    public Map<String, String> techniques(TrainableComponent component) {
      if (component.equals(UnclipTraining.PRIOR_DIRECT)) {
        return Map.of();
      }
      if (!component.equals(DECODER)) {
        return UnclipRun.scheduler(pair.priorScheduler())
            .map(scheduler -> UnclipRun.predicting(scheduler.parameterization()))
            .orElse(Map.of());
      }
      Map<String, String> techniques =
          new HashMap<>(UnclipRun.predicting(pair.readDecoderScheduler().parameterization()));
      techniques.put(PartTechniques.WEIGHTING.name(), "simple");
      techniques.put(PartTechniques.SHIFT.name(), "1");
      for (var none :
          List.of(PartTechniques.LOW_NOISE, PartTechniques.DROP, PartTechniques.TEXT_DROP)) {
        techniques.put(none.name(), "0");
      }
      return techniques;
    }

    @Override
    public void writeIndex() {
      pair.writeIndex();
    }
  }
}
