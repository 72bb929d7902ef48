"""Pairs of characters, so that words of two characters are found by an index."""

from django.db import migrations

# As costly as it is: where another index keeps the order, the words themselves are compared first.
TERMS = r"""
CREATE FUNCTION suppliers_good_terms(title text, brand text, keywords text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5000 AS $$
    SELECT coalesce(array_to_tsvector(array_agg(DISTINCT substr(words, place, 2))), ''::tsvector)
    FROM (SELECT upper(title || E'\n' || brand || E'\n' || keywords) AS words) AS all_words,
        generate_series(1, length(words)) AS place
$$;
CREATE FUNCTION suppliers_word_query(word text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT string_agg(
        '''' || replace(replace(term, '\', '\\'), '''', '''''') || '''' || CASE length(term) WHEN 1 THEN ':*' ELSE '' END,
        ' & '
    )::tsquery
    FROM (
        SELECT DISTINCT substr(upper(word), place, 2) AS term
        FROM generate_series(1, greatest(length(word) - 1, 1)) AS place
    ) AS terms
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("suppliers", "0024_desk_indexes")]
    operations = [
        migrations.RunSQL(
            TERMS,
            """
            DROP FUNCTION suppliers_word_query(text);
            DROP FUNCTION suppliers_good_terms(text, text, text);
            """,
        )
    ]
