package io.diffusion4j.search;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/** A format of vectors that takes more values than its default; on disk it is the same. */
final class WideVectors extends KnnVectorsFormat {
  private final KnnVectorsFormat format;
  private final int mostValues;

  WideVectors(KnnVectorsFormat format, int mostValues) {
    super(format.getName());
    this.format = format;
    this.mostValues = mostValues;
  }

  @Override
  public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
    return format.fieldsWriter(state);
  }

  @Override
  public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
    return format.fieldsReader(state);
  }

  @Override
  public int getMaxDimensions(String fieldName) {
    return mostValues;
  }
}
