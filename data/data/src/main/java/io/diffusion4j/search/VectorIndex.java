package io.diffusion4j.search;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.embedding.Vectors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene912.Lucene912Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;

/**
 * Named embeddings on disk, found by their direction. Additions are durable after {@link #commit},
 * so an interrupted program can resume. Thread-safe; a folder can be open only once at a time.
 */
public final class VectorIndex implements AutoCloseable {
  private static final String NAME = "name";
  private static final String VECTOR = "vector";
  private static final String VERSION = "version";
  private static final String MODEL = "model";
  private static final String SIZE = "size";

  /** More candidates than hits improve the approximate search. */
  private static final int CANDIDATES = 100;

  private final Directory directory;
  private final IndexWriter writer;
  private final SearcherManager searchers;
  private final String model;
  private final int size;

  /**
   * A search result.
   *
   * @param name the name as it was added
   * @param cosine the cosine of the angle between its embedding and the query, in [−1, 1]
   */
  public record Hit(String name, double cosine) {}

  private VectorIndex(
      Directory directory, IndexWriter writer, SearcherManager searchers, String model, int size) {
    this.directory = directory;
    this.model = model;
    this.writer = writer;
    this.searchers = searchers;
    this.size = size;
  }

  /**
   * Opens the index of a folder, or makes one.
   *
   * @param model the name of the embedding model, such as the digest of its weights
   * @param size values of an embedding
   * @throws IllegalArgumentException if the index is of another model, or open already
   * @throws UncheckedIOException if it cannot be read
   */
  public static VectorIndex open(Path folder, String model, int size) {
    Check.that(size >= 1, "size", size, "≥ 1");
    try {
      var directory = FSDirectory.open(folder);
      try {
        return open(directory, folder, model, size);
      } catch (IOException | RuntimeException e) {
        directory.close();
        throw e;
      }
    } catch (LockObtainFailedException e) {
      throw new IllegalArgumentException(
          "index: " + folder + " (expected: one that no other program has open)", e);
    } catch (IOException e) {
      throw unchecked("open the index " + folder, e);
    }
  }

  /**
   * Opens an existing index of any model.
   *
   * @throws IllegalArgumentException if there is none, or it is open already
   * @throws UncheckedIOException if it cannot be read
   */
  public static VectorIndex open(Path folder) {
    Map<String, String> notes = notes(folder);
    String model = notes.get(MODEL);
    String size = notes.get(SIZE);
    if (model == null || size == null) {
      throw Check.refusal("index", folder, "the folder of an index");
    }
    return open(folder, model, Integer.parseInt(size));
  }

  private static Map<String, String> notes(Path folder) {
    try (var directory = FSDirectory.open(folder)) {
      return DirectoryReader.indexExists(directory)
          ? SegmentInfos.readLatestCommit(directory).getUserData()
          : Map.of();
    } catch (IOException e) {
      throw unchecked("open the index " + folder, e);
    }
  }

  private static VectorIndex open(Directory directory, Path folder, String model, int size)
      throws IOException {
    var writer = new IndexWriter(directory, new IndexWriterConfig().setCodec(new WideCodec()));
    try {
      var notes = new HashMap<String, String>();
      Iterable<Map.Entry<String, String>> said = writer.getLiveCommitData();
      if (said != null) {
        said.forEach(note -> notes.put(note.getKey(), note.getValue()));
      }
      Map<String, String> own = Map.of(MODEL, model, SIZE, String.valueOf(size));
      if (notes.isEmpty()) {
        writer.setLiveCommitData(own.entrySet());
        writer.commit();
      } else {
        Check.that(notes.equals(own), "index", folder + " of " + notes, "one of %s", own);
      }
      return new VectorIndex(directory, writer, new SearcherManager(writer, null), model, size);
    } catch (IOException | RuntimeException e) {
      writer.close();
      throw e;
    }
  }

  /** Vectors of more values than the 1,024 that Lucene's own default allows. */
  private static final class WideCodec extends Lucene912Codec {
    private static final int MAX_VALUES = 4096;

    @Override
    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
      return new WideVectors(super.getKnnVectorsFormatForField(field));
    }
  }

  /** A format of vectors that takes more values than its default; on disk it is the same. */
  private static final class WideVectors extends KnnVectorsFormat {
    private final KnnVectorsFormat format;

    WideVectors(KnnVectorsFormat format) {
      super(format.getName());
      this.format = format;
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
      return WideCodec.MAX_VALUES;
    }
  }

  /** Returns the name of the embedding model. */
  public String model() {
    return model;
  }

  /** Returns the number of embeddings. */
  public int count() {
    return writer.getDocStats().numDocs;
  }

  /** Whether the index contains this name. */
  public boolean contains(String name) {
    return search(searcher -> searcher.count(new TermQuery(new Term(NAME, name))) > 0);
  }

  /**
   * Adds embeddings by name, in place of those of the same names.
   *
   * @param embeddings the embeddings of any length above 0
   */
  public void add(Map<String, float[]> embeddings) {
    add(embeddings, Map.of());
  }

  /**
   * Adds embeddings by name, in place of those of the same names.
   *
   * @param embeddings the embeddings of any length above 0
   * @param versions numbers that change with what was embedded, by name; those of some names
   */
  public void add(Map<String, float[]> embeddings, Map<String, Long> versions) {
    try {
      for (Map.Entry<String, float[]> entry : embeddings.entrySet()) {
        var document = new Document();
        document.add(new StringField(NAME, entry.getKey(), Field.Store.YES));
        document.add(
            new KnnFloatVectorField(
                VECTOR, unit(entry.getValue()), VectorSimilarityFunction.DOT_PRODUCT));
        Long version = versions.get(entry.getKey());
        if (version != null) {
          document.add(new StoredField(VERSION, version));
        }
        writer.updateDocument(new Term(NAME, entry.getKey()), document);
      }
      searchers.maybeRefreshBlocking();
    } catch (IOException e) {
      throw unchecked("add to an index", e);
    }
  }

  /** Removes embeddings by name; unknown names are ignored. */
  public void remove(Collection<String> names) {
    try {
      for (String name : names) {
        writer.deleteDocuments(new Term(NAME, name));
      }
      searchers.maybeRefreshBlocking();
    } catch (IOException e) {
      throw unchecked("remove from an index", e);
    }
  }

  /** Commits the additions and removals so far. */
  public void commit() {
    try {
      writer.commit();
    } catch (IOException e) {
      throw unchecked("commit an index", e);
    }
  }

  /** Returns all names, in no particular order. */
  public List<String> names() {
    return List.copyOf(versions().keySet());
  }

  /** Returns the version of what was embedded, by name; empty where none was given. */
  public Map<String, OptionalLong> versions() {
    return search(
        searcher -> {
          Map<String, OptionalLong> versions = new HashMap<>();
          for (var leaf : searcher.getIndexReader().leaves()) {
            var live = leaf.reader().getLiveDocs();
            var stored = leaf.reader().storedFields();
            for (int i = 0; i < leaf.reader().maxDoc(); i++) {
              if (live == null || live.get(i)) {
                var document = stored.document(i);
                var version = document.getField(VERSION);
                versions.put(
                    document.get(NAME),
                    version == null
                        ? OptionalLong.empty()
                        : OptionalLong.of(version.numericValue().longValue()));
              }
            }
          }
          return versions;
        });
  }

  /**
   * Returns the embeddings that are nearest by the cosine, best first.
   *
   * @param query the query vector of any length above 0
   * @param most how many at most, at least 1
   */
  public List<Hit> nearest(float[] query, int most) {
    Check.that(most >= 1, "most", most, "≥ 1");
    float[] unit = unit(query);
    return search(
        searcher -> {
          var found =
              searcher.search(
                  new KnnFloatVectorQuery(VECTOR, unit, Math.max(most, CANDIDATES)), most);
          var stored = searcher.storedFields();
          List<Hit> hits = new ArrayList<>();
          for (ScoreDoc one : found.scoreDocs) {
            // Lucene's score of a dot product is (1 + cosine) / 2.
            hits.add(new Hit(stored.document(one.doc).get(NAME), 2.0 * one.score - 1));
          }
          return hits;
        });
  }

  private interface Search<T> {
    T by(IndexSearcher searcher) throws IOException;
  }

  private <T> T search(Search<T> search) {
    try {
      IndexSearcher searcher = searchers.acquire();
      try {
        return search.by(searcher);
      } finally {
        searchers.release(searcher);
      }
    } catch (IOException e) {
      throw unchecked("search an index", e);
    }
  }

  private float[] unit(float[] embedding) {
    Check.length("embedding", embedding.length, size);
    double length = Vectors.length(embedding);
    Check.positive("length of an embedding", length);
    float[] unit = new float[size];
    for (int i = 0; i < size; i++) {
      unit[i] = (float) (embedding[i] / length);
    }
    return unit;
  }

  /** Closes the index, and discards all changes since the last {@link #commit}. */
  @Override
  public void close() {
    try (directory;
        searchers) {
      writer.rollback();
    } catch (IOException e) {
      throw unchecked("close an index", e);
    }
  }

  private static UncheckedIOException unchecked(String what, IOException e) {
    return new UncheckedIOException("cannot " + what + ": " + e.getMessage(), e);
  }
}
