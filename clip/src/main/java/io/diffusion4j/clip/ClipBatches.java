package io.diffusion4j.clip;

import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.Tokens;
import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.group.RowRange;
import java.util.ArrayList;
import java.util.List;

/**
 * Batches of pictures with their captions for the {@link ContrastiveObjective}.
 *
 * @param data the examples, taken in order
 * @param tokenizer the tokenizer of the captions
 * @param preprocessor the preprocessor of the pictures
 * @param batchSize pairs per batch
 */
public record ClipBatches(
    CaptionedImages data, ClipTokenizer tokenizer, ClipPreprocessor preprocessor, int batchSize)
    implements BatchSource {
  @Override
  public Batch batch(long step) {
    return rows(step, new RowRange(0, batchSize));
  }

  @Override
  public Batch rows(long step, RowRange share) {
    List<Tokens> tokens = new ArrayList<>(share.count());
    List<float[]> pixels = new ArrayList<>(share.count());
    for (int i = share.from(); i < share.to(); i++) {
      var example = data.get(step * batchSize + i);
      tokens.add(tokenizer.encode(example.caption()));
      pixels.add(preprocessor.pixels(example.image()));
    }
    var batch = new Batch(share.count()).floats(ClipVisionNetwork.PIXELS, Rows.stack(pixels));
    ClipTextNetwork.feed(batch, tokens);
    return batch;
  }
}
