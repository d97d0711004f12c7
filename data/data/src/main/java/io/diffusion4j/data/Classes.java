package io.diffusion4j.data;

import io.diffusion4j.diffusion.argument.Check;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The classes of the pictures of a set.
 *
 * @param kind the source of a picture's class
 * @param names the names by number, sorted; empty if there are no classes
 */
public record Classes(Kind kind, List<String> names) {
  /** There are no classes. */
  public static final Classes NONE = new Classes(Kind.NONE, List.of());

  /** The option for the source of classes in a training. */
  public static final TrainingOption<Kind> BY =
      TrainingOption.oneOf(
          "classes",
          "none",
          Map.of("none", Kind.NONE, "folder", Kind.FOLDER, "caption", Kind.CAPTION));

  /** The source of a picture's class. */
  public enum Kind {
    NONE,
    /** The folder of the picture, as in {@code imagefolder}. */
    FOLDER,
    /** The first caption of the picture, such as a column of labels. */
    CAPTION
  }

  public Classes {
    names = List.copyOf(names);
  }

  /**
   * Finds the classes of a set; reads all captions if they are the classes, without those that
   * cannot be read.
   *
   * @throws IllegalArgumentException if a picture has no class
   */
  public static Classes of(PictureSet pictures, Kind kind) {
    if (kind == Kind.NONE) {
      return NONE;
    }
    var names = new TreeSet<String>();
    for (long i = 0; i < pictures.size(); i++) {
      try {
        names.add(name(kind, pictures, i));
      } catch (UncheckedIOException e) {
        // a caption that cannot be read, which the data set skips and reports
      }
    }
    return new Classes(kind, List.copyOf(names));
  }

  /** Returns the class of a picture by name. */
  String name(PictureSet pictures, long index) {
    return name(kind, pictures, index);
  }

  private static String name(Kind kind, PictureSet pictures, long index) {
    String key = pictures.key(index);
    boolean byFolder = kind == Kind.FOLDER;
    String name =
        byFolder
            ? key.substring(0, Math.max(0, key.lastIndexOf('/')))
            : pictures.captions(index).stream().findFirst().orElse("");
    String expected = byFolder ? "pictures in folders" : "pictures with captions";
    Check.that(!name.isEmpty(), "classes", key, expected);
    return name;
  }
}
