{# The table of areas, drawn by a pandas Styler. Every text is escaped here and nowhere before;
   links and lines are HTML already. #}
<table class="nocs-table" role="table" data-testid="areas-table">
<caption>{{ caption|e }}</caption>
<thead role="rowgroup"><tr role="row">
{%- for column in columns %}
<th scope="col" role="columnheader" aria-sort="none" data-column="{{ column.name }}" data-first="{{ column.first }}" data-tone="{{ column.tone }}">{% if column.name == "due_of_days" %}<span>{{ column.title }}</span>{% else %}<button type="button">{{ column.title }}</button>{% endif %}</th>
{%- endfor %}
</tr></thead>
{%- macro cells(row, tone, word, bar, link, line, also) %}
{%- for cell in row if cell.is_visible and cell.type == "td" %}
{%- set column = columns[loop.index0] %}
{%- if column.name == "nocs_name" %}
<th scope="row" role="rowheader" data-tone="name" data-figure="nocs_name" data-value="{{ cell.value|e }}"{% if also %} data-also="{{ also|e }}"{% endif %}>{% if link %}{{ link }}{% else %}{{ cell.display_value|e }}{% endif %}</th>
{%- elif column.name == "due_of_days" %}
<td role="cell" data-tone="days" data-label="{{ column.plain }}">{{ line }}</td>
{%- elif column.name == "share_of_due" %}
<td role="cell" data-tone="share" data-label="{{ column.plain }}" data-figure="{{ column.name }}" data-value="{{ cell.value|e }}"{% if bar %} style="--bar: {{ bar }}%"{% endif %}>{{ cell.display_value|e }}</td>
{%- else %}
<td role="cell" data-tone="{{ tone if column.tone == 'net' else column.tone }}" data-label="{{ column.plain }}" data-figure="{{ column.name }}" data-value="{{ cell.value|e }}">{{ cell.display_value|e }}{% if column.tone == "net" %} <span class="nocs-mark">{{ word }}</span>{% endif %}</td>
{%- endif %}
{%- endfor %}
{%- endmacro %}
<tbody role="rowgroup">
{%- for row in body[:-1] %}
<tr role="row">{{ cells(row, tones[loop.index0], net_words[loop.index0], bars[loop.index0], links[loop.index0], lines[loop.index0], also[loop.index0]) }}</tr>
{%- endfor %}
</tbody>
<tfoot role="rowgroup"><tr role="row" data-testid="totals">{{ cells(body[-1], tones[-1], net_words[-1], "", "", "", "") }}</tr></tfoot>
</table>
