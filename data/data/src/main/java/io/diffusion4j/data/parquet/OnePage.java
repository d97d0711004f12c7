package io.diffusion4j.data.parquet;

import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.jspecify.annotations.Nullable;

/**
 * A single page of a single column, for Parquet's decoders.
 *
 * @param dictionary the dictionary of the page's chunk; null if it has none
 * @param page the decompressed page
 */
record OnePage(@Nullable DictionaryPage dictionary, DataPage page) implements PageReadStore {
  @Override
  public long getRowCount() {
    return page.getValueCount();
  }

  @Override
  public PageReader getPageReader(ColumnDescriptor column) {
    return new PageReader() {
      private boolean isRead;

      @Override
      public @Nullable DictionaryPage readDictionaryPage() {
        return dictionary;
      }

      @Override
      public long getTotalValueCount() {
        return page.getValueCount();
      }

      @Override
      public @Nullable DataPage readPage() {
        boolean first = !isRead;
        isRead = true;
        return first ? page : null;
      }
    };
  }
}
