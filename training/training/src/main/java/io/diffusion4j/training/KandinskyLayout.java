package io.diffusion4j.training;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.kandinsky.KandinskyPair;
import io.diffusion4j.unclip.UnclipFolder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The layout of a Kandinsky model: the folder of a decoder, and the folder of its prior. */
record KandinskyLayout(KandinskyPair pair) implements ModelLayout {
  private static final List<Part> PARTS = List.of(Part.PRIOR, Part.PRIOR_DIRECT, Part.DECODER);

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

  @Override
  public boolean trains(Part part) {
    return PARTS.contains(part);
  }

  /**
   * The decoder's techniques are those of the published training: the plain loss at uniform
   * timesteps.
   */
  @Override
  public Map<String, String> techniques(Part part) {
    if (part == Part.PRIOR_DIRECT) {
      return Map.of();
    }
    if (part != Part.DECODER) {
      return ModelLayout.scheduler(pair.priorScheduler())
          .map(scheduler -> ModelLayout.predicting(scheduler.parameterization()))
          .orElse(Map.of());
    }
    Map<String, String> techniques =
        new HashMap<>(ModelLayout.predicting(pair.readDecoderScheduler().parameterization()));
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
