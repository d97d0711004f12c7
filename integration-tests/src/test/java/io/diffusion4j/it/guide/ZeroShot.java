package io.diffusion4j.it.guide;

// snippet: all
import io.diffusion4j.clip.ClipEncoders;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.pipeline.LabelClassifier;
import io.diffusion4j.diffusion.pipeline.LabelClassifier.Scored;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

final class ZeroShot {
  /** Returns the most probable labels of a picture, from a CLIP trained on captions, not labels. */
  static List<Scored> classify(Path model, Image picture, List<String> labels) {
    try (var clip = ClipEncoders.open(model, Optional.empty(), Compute.of(Precision.FLOAT32))) {
      var classifier =
          LabelClassifier.of(clip.text(), labels, LabelClassifier.PLAIN, clip.logitScale());
      float[] embedding = clip.image().encode(List.of(picture)).get(0);
      return classifier.best(embedding, labels.size());
    }
  }
}
// end snippet
