package io.diffusion4j.data;

import io.diffusion4j.diffusion.image.Image;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Some pictures of a set, in its order.
 *
 * @param all the set, which closing this closes
 * @param indices the indices of the pictures in it, ascending; one that comes several times is
 *     several pictures
 */
record Subset(PictureSet all, long[] indices) implements PictureSet {
  @Override
  public String name() {
    return all.name();
  }

  @Override
  public long size() {
    return indices.length;
  }

  @Override
  public String key(long index) {
    return all.key(at(index));
  }

  @Override
  public List<String> captions(long index) {
    return all.captions(at(index));
  }

  @Override
  public OptionalLong version(long index) {
    return all.version(at(index));
  }

  @Override
  public long fingerprint(long index) {
    return all.fingerprint(at(index));
  }

  @Override
  public long checksum(long index) {
    return all.checksum(at(index));
  }

  @Override
  public Optional<String> captionField() {
    return all.captionField();
  }

  @Override
  public Image image(long index) {
    return all.image(at(index));
  }

  @Override
  public void close() {
    all.close();
  }

  private long at(long index) {
    return indices[Math.toIntExact(index)];
  }
}
