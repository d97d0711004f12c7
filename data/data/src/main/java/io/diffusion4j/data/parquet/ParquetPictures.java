package io.diffusion4j.data.parquet;

import io.diffusion4j.data.files.Bytes;
import io.diffusion4j.data.files.Captions;
import io.diffusion4j.data.files.Columns;
import io.diffusion4j.data.files.Entry;
import io.diffusion4j.data.files.PictureTable;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.jspecify.annotations.Nullable;

/**
 * Parquet files of pictures in the formats of Hugging Face and img2dataset. A column contains the
 * bytes of pictures, structures of {@code bytes} and {@code path}, or paths of files; captions are
 * texts or lists of texts. Captions are read when the file is opened, pictures one at a time.
 */
public final class ParquetPictures implements PictureTable {
  /** The default columns of pictures: of Hugging Face, of img2dataset, and of lists. */
  private static final List<String> DEFAULT =
      List.of(
          "image",
          "img",
          "jpg",
          "jpeg",
          "png",
          "webp",
          "file_name",
          "filepath",
          "image_name",
          "image_path");

  private static final String BYTES = "bytes";
  private static final String PATH = "path";
  private static final String KEY = "key";

  /** Fails without Parquet's library, and so is left out by the service loader. */
  public ParquetPictures() {
    Objects.requireNonNull(ParquetReadOptions.class);
  }

  @Override
  public String extension() {
    return ".parquet";
  }

  @Override
  public List<Entry> entries(Path file, Path root, Columns columns) throws IOException {
    var options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new Codecs())
            .build();
    try (var reader = ParquetFileReader.open(new LocalInputFile(file), options)) {
      return new Table(file, root, columns, reader).entries();
    } catch (IllegalArgumentException e) {
      throw e;
    } catch (
        RuntimeException e) { // the reader throws this for a damaged file, or one of another format
      String reason = file + ", " + e.getMessage();
      throw new IllegalArgumentException(Check.message("table", reason, "a whole Parquet file"), e);
    }
  }

  /** A file while it is opened. */
  private record Table(Path file, Path root, Columns columns, ParquetFileReader reader) {
    List<Entry> entries() throws IOException {
      MessageType schema = reader.getFooter().getFileMetaData().getSchema();
      Check.that(reader.getRecordCount() > 0, "table", file + ", no rows", "at least one");
      String image =
          columns.image(
              file.toString(), names(schema, type -> isBytes(type) || isText(type)), DEFAULT);
      Optional<String> caption =
          columns.caption(file.toString(), names(schema, Table::hasTexts), image);
      Type type = schema.getType(image);
      List<Type> read = new ArrayList<>();
      caption.map(schema::getType).ifPresent(read::add);
      if (isText(type)) {
        return listed(rows(schema, read, type), image, caption.orElse(null));
      }
      return embedded(schema, type, read, caption.orElse(null));
    }

    private List<Entry> listed(List<Group> rows, String image, @Nullable String caption)
        throws IOException {
      List<Entry> entries = new ArrayList<>(rows.size());
      for (Group row : rows) {
        String place = file + ", row " + (entries.size() + 1);
        List<String> path = texts(row, image);
        if (path.isEmpty() || path.get(0).isBlank()) {
          throw new IllegalArgumentException(place + ": no " + image + " (expected: a path)");
        }
        entries.add(Entry.named(path.get(0), file, place, root, texts(row, caption)));
      }
      return entries;
    }

    private List<Entry> embedded(
        MessageType schema, Type image, List<Type> read, @Nullable String caption)
        throws IOException {
      var meta = reader.getFooter().getFileMetaData();
      ColumnPath path =
          image.isPrimitive()
              ? ColumnPath.get(image.getName())
              : ColumnPath.get(image.getName(), BYTES);
      List<ColumnChunkMetaData> chunks =
          reader.getRowGroups().stream()
              .flatMap(group -> group.getColumns().stream())
              .filter(chunk -> chunk.getPath().equals(path))
              .toList();
      Type bytes =
          image.isPrimitive()
              ? image
              : image.asGroupType().withNewFields(image.asGroupType().getType(BYTES));
      var column =
          new ByteColumn(
              file,
              new MessageType(schema.getName(), bytes),
              chunks,
              Objects.requireNonNullElse(meta.getCreatedBy(), ""));
      String name = root.relativize(file).toString().replace('\\', '/');
      List<Group> rows = rows(schema, read, keyColumn(schema, image));
      List<Entry> entries = new ArrayList<>(rows.size());
      for (Group row : rows) {
        long number = entries.size();
        String otherwise = name + "/" + number;
        String key = key(row, image).orElse(otherwise);
        entries.add(
            new Entry(
                key,
                otherwise,
                new Bytes(file, () -> column.at(number)),
                Captions.of(texts(row, caption))));
      }
      return entries;
    }

    /** Returns the column that identifies pictures; null if there is none. */
    private static @Nullable Type keyColumn(MessageType schema, Type image) {
      if (!image.isPrimitive() && image.asGroupType().containsField(PATH)) {
        return image.asGroupType().withNewFields(image.asGroupType().getType(PATH));
      }
      return schema.containsField(KEY) && isText(schema.getType(KEY)) ? schema.getType(KEY) : null;
    }

    private static Optional<String> key(Group row, Type image) {
      if (row.getType().containsField(image.getName())) {
        return texts(row, image.getName()).stream().findFirst();
      }
      return row.getType().containsField(KEY)
          ? texts(row, KEY).stream().findFirst().map(key -> key + "." + image.getName())
          : Optional.empty();
    }

    /** Reads all rows of some columns. */
    private List<Group> rows(MessageType schema, List<Type> some, @Nullable Type another)
        throws IOException {
      List<Type> types = new ArrayList<>(some);
      if (another != null && types.stream().noneMatch(t -> t.getName().equals(another.getName()))) {
        types.add(another);
      }
      MessageType projection = new MessageType(schema.getName(), types);
      List<Group> rows = new ArrayList<>();
      if (types.isEmpty()) {
        Group empty = new SimpleGroup(projection);
        for (long i = 0; i < reader.getRecordCount(); i++) {
          rows.add(empty);
        }
        return rows;
      }
      requireWhole(projection);
      reader.setRequestedSchema(projection);
      MessageColumnIO io = new ColumnIOFactory().getColumnIO(projection, schema);
      for (PageReadStore group = reader.readNextRowGroup();
          group != null;
          group = reader.readNextRowGroup()) {
        RecordReader<Group> records =
            io.getRecordReader(group, new GroupRecordConverter(projection));
        for (long i = 0; i < group.getRowCount(); i++) {
          rows.add(records.read());
        }
      }
      return rows;
    }

    /** Checks the chunks of columns before Parquet's reader allocates their sizes. */
    private void requireWhole(MessageType columns) throws IOException {
      try (var channel = FileChannel.open(file)) {
        for (BlockMetaData group : reader.getRowGroups()) {
          for (ColumnChunkMetaData chunk : group.getColumns()) {
            if (columns.containsPath(chunk.getPath().toArray())) {
              new Chunk(chunk).requireWhole(channel);
            }
          }
        }
      }
    }

    private static List<String> names(MessageType schema, Predicate<Type> wanted) {
      return schema.getFields().stream().filter(wanted).map(Type::getName).toList();
    }

    /** Whether a field is a picture: bytes, or a structure with bytes. */
    private static boolean isBytes(Type type) {
      if (type.isRepetition(Repetition.REPEATED)) {
        return false;
      }
      if (type.isPrimitive()) {
        return type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY
            && !isText(type);
      }
      return type.asGroupType().containsField(BYTES) && isBytes(type.asGroupType().getType(BYTES));
    }

    private static boolean isText(Type type) {
      return type.isPrimitive()
          && type.getLogicalTypeAnnotation() instanceof StringLogicalTypeAnnotation;
    }

    /** Whether a field is a text or a list of texts. */
    private static boolean hasTexts(Type type) {
      return isText(type)
          || (!type.isPrimitive()
              && type.asGroupType().getFieldCount() == 1
              && hasTexts(type.asGroupType().getType(0)));
    }

    /** Collects the texts of a field, in all structures in it; none if there is no such field. */
    private static List<String> texts(Group group, @Nullable String field) {
      if (field == null || !group.getType().containsField(field)) {
        return List.of();
      }
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < group.getFieldRepetitionCount(field); i++) {
        if (group.getType().getType(field).isPrimitive()) {
          texts.add(group.getString(field, i));
        } else {
          Group inner = group.getGroup(field, i);
          inner.getType().getFields().forEach(type -> texts.addAll(texts(inner, type.getName())));
        }
      }
      return texts;
    }
  }
}
