package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A model's variations of pictures without words, drawn one by one: one of each picture, then
 * another of each, and so on. The i-th variation has the i-th noise of the seed.
 *
 * @param settings the sampling settings by stage name
 * @param originals the pictures, of any size
 * @param likeness the likeness of the variations, in [0, 1]
 * @param each the number of variations of a picture
 */
public record VariationPictures(
    ImagePipeline pipeline,
    Map<String, SamplingSettings> settings,
    List<Image> originals,
    double likeness,
    int each,
    long seed)
    implements GeneratedPictures {
  public VariationPictures {
    Check.that(
        pipeline.card().tasks().contains(ImageTask.Kind.VARIATION),
        "model",
        pipeline.card().name(),
        "one that varies pictures");
    settings = Map.copyOf(settings);
    originals = List.copyOf(originals);
  }

  @Override
  public int size() {
    return each * originals.size();
  }

  @Override
  public List<Image> draw(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(
            i ->
                pipeline.draw(
                    new ImageTask.Variation(
                        originals.get(i % originals.size()), ImageTask.Words.NONE, likeness),
                    settings,
                    List.of(new PhiloxNoise(seed, i)),
                    SamplingListener.NONE))
        .flatMap(List::stream)
        .toList();
  }
}
