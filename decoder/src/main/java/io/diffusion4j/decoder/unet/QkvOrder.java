package io.diffusion4j.decoder.unet;

/** The order of the queries, keys and values of all heads in one matrix. */
public enum QkvOrder {
  /** Head by head: the queries of the first, its keys, its values, the queries of the second. */
  BY_HEAD {
    @Override
    int groups(int heads) {
      return heads;
    }
  },
  /** All queries, all keys, all values: {@code use_new_attention_order}. */
  BY_KIND {
    @Override
    int groups(int heads) {
      return 1;
    }
  };

  /** Returns the number of groups in which the rows of one kind are contiguous. */
  abstract int groups(int heads);
}
