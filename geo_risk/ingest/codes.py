"""Why a row is set aside: one table of codes, each with reason and remedy in English and Chinese.

A code is what programs hold on to; the texts are what people read. Slots: {value} is the cell as it
came, {detail} what the reader adds (the expected character, the known words). Where it happened
(file, sheet, row, column) stands beside the text in `Reject`, so no text here repeats it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """Reason and remedy of one code, as templates with the slots {value} and {detail}."""

    reason: str
    reason_zh: str
    remedy: str
    remedy_zh: str


CODES: dict[str, Code] = {
    "missing_value": Code(
        "the cell is empty.",
        "必填项为空。",
        "Fill it in.",
        "请补填。",
    ),
    "missing_id": Code(
        "the row has no number of its own.",
        "缺少编号。",
        "Give the number or the credit code that identifies this row.",
        "请填写能识别本行的编号或统一社会信用代码。",
    ),
    "duplicate_number": Code(
        "'{value}' is already the number of row {detail}; that row went in.",
        "编号“{value}”与第 {detail} 行重复，已收第 {detail} 行。",
        "Give this row its own number, or leave it out.",
        "请改用不同编号，或删去本行。",
    ),
    "bad_check_digit": Code(
        "'{value}' fails the check digit of GB 32100: after these 17 characters comes '{detail}'.",
        "“{value}”未通过 GB 32100 校验：前 17 位之后应为“{detail}”。",
        "Compare with the business licence and correct the code.",
        "请对照营业执照更正代码（若前 17 位无误，末位应为“{detail}”）。",
    ),
    "bad_credit_code": Code(
        "'{value}' is no unified social credit code: {detail}.",
        "“{value}”不是有效的统一社会信用代码：{detail}。",
        "Copy the 18 characters from the business licence, or leave the cell empty.",
        "请按营业执照填写 18 位代码，没有则留空。",
    ),
    "number_lost_digits": Code(
        "'{value}' is a number that lost digits: a spreadsheet keeps only 15 of them.",
        "“{value}”被表格软件存成数字，15 位之后已丢失。",
        "Format the column as text and enter the code again.",
        "请将该列设为文本格式后重新录入。",
    ),
    "not_a_number": Code(
        "'{value}' is not a number.",
        "“{value}”不是数字。",
        "Write digits with a point for decimals, or leave the cell empty.",
        "请填写数字（小数点用“.”），没有则留空。",
    ),
    "not_whole": Code(
        "'{value}' is not a whole number.",
        "“{value}”不是整数。",
        "Write a whole number.",
        "请填写整数。",
    ),
    "out_of_range": Code(
        "'{value}' is not {detail}.",
        "“{value}”超出范围（{detail}）。",
        "Correct the number, or leave the cell empty.",
        "请更正数值，没有则留空。",
    ),
    "unknown_word": Code(
        "'{value}' is not one of the words known here.",
        "“{value}”不在可识别的词语之列。",
        "Write one of {detail}; or say what it means under `values` in the park file.",
        "请改为 {detail} 之一，或在园区文件的 values 中说明其含义。",
    ),
    "not_a_time": Code(
        "'{value}' is no date or time.",
        "“{value}”不是日期或时间。",
        "Write it as 2024-03-05 or 2024-03-05 14:30.",
        "请写成 2024-03-05 或 2024-03-05 14:30。",
    ),
    "ambiguous_date": Code(
        "'{value}' can be read as day-month and as month-day.",
        "“{value}”分不清日和月。",
        'Write it as 2024-03-05, or set date_order = "dmy" or "mdy" in the park file.',
        "请写成 2024-03-05，或在园区文件中设 date_order。",
    ),
    "date_1970": Code(
        "'{value}' falls on 1970-01-01: the date was lost when the file was converted.",
        "“{value}”落在 1970-01-01，日期在转换时已丢失。",
        "Export the file again with its dates as text.",
        "请以文本形式重新导出日期。",
    ),
    "date_out_of_range": Code(
        "'{value}' is not between the years 1900 and 2199.",
        "“{value}”不在 1900 至 2199 年之间。",
        "Correct the year.",
        "请更正年份。",
    ),
    "not_a_month": Code(
        "'{value}' is no month.",
        "“{value}”不是月份。",
        "Write it as 2024-03.",
        "请写成 2024-03。",
    ),
    "missing_time": Code(
        "the row says neither when it happened nor when it was reported.",
        "没有发生时间，也没有上报时间。",
        "Fill in one of the two.",
        "请至少填写其中之一。",
    ),
    "reversed_interval": Code(
        "'{value}' is before {detail}.",
        "“{value}”早于 {detail}。",
        "Exchange the two times, or correct the wrong one.",
        "请调换或更正这两个时间。",
    ),
    "unknown_enterprise": Code(
        "no enterprise with the number or credit code '{value}' is known.",
        "没有编号或信用代码为“{value}”的企业。",
        "Correct the number, or add the enterprise first.",
        "请更正编号，或先录入该企业。",
    ),
    "unknown_premises": Code(
        "no premises with the number '{value}' is known.",
        "没有编号为“{value}”的场所。",
        "Correct the number, or add the premises first.",
        "请更正编号，或先录入该场所。",
    ),
    "unknown_visit": Code(
        "no visit with the number '{value}' is known.",
        "没有编号为“{value}”的走访。",
        "Correct the number, or add the visit first.",
        "请更正编号，或先录入该走访。",
    ),
    "unknown_officer": Code(
        "no officer with the number '{value}' is known.",
        "没有编号为“{value}”的警长。",
        "Correct the number, or add the officer first.",
        "请更正编号，或先录入该警长。",
    ),
    "unknown_zone": Code(
        "no patrol zone with the number '{value}' is known.",
        "没有编号为“{value}”的巡区。",
        "Correct the number, or add the zone first.",
        "请更正编号，或先录入该巡区。",
    ),
    "unknown_station": Code(
        "no station with the number '{value}' is known.",
        "没有编号为“{value}”的阵地。",
        "Correct the number, or add the station first.",
        "请更正编号，或先录入该阵地。",
    ),
    "no_place": Code(
        "the row names no premises and no enterprise.",
        "未写明场所或企业。",
        "Give the number of one of them.",
        "请填写场所或企业编号。",
    ),
    "zone_or_enterprise": Code(
        "the row must name a zone or an enterprise, and not both.",
        "巡区与企业须且只须填一项。",
        "Fill in exactly one of the two.",
        "请只填其中一项。",
    ),
    "no_geometry": Code(
        "there is no shape.",
        "没有图形。",
        "Draw it in the map file, or give it as WKT.",
        "请在地图文件中绘制，或以 WKT 填写。",
    ),
    "bad_geometry": Code(
        "the shape cannot be used: {detail}.",
        "图形不可用：{detail}。",
        "Draw it again, or correct the WKT.",
        "请重新绘制，或更正 WKT。",
    ),
    "swapped_geometry": Code(
        "longitude and latitude of the shape are exchanged.",
        "图形的经纬度颠倒。",
        "Write longitude first.",
        "请先写经度、后写纬度。",
    ),
    "formula_without_value": Code(
        "'{value}' is a formula whose result is not stored in the file.",
        "“{value}”是公式，文件中没有保存其结果。",
        "Open the file in a spreadsheet program and save it, or paste the values.",
        "请用表格软件打开并保存，或粘贴为数值。",
    ),
    "formula_error": Code(
        "'{value}' is the error of a formula.",
        "“{value}”是公式错误。",
        "Correct the formula, or write the value.",
        "请更正公式，或直接填写数值。",
    ),
    "bad_bytes": Code(
        "'{value}' holds bytes that are no text in the file's encoding.",
        "“{value}”含有无法识别的字节。",
        "Enter the cell again and save the file as UTF-8.",
        "请重新录入并另存为 UTF-8。",
    ),
    "control_characters": Code(
        "'{value}' holds control characters.",
        "“{value}”含有控制字符。",
        "Enter the cell again.",
        "请重新录入。",
    ),
    "too_long": Code(
        "the cell holds {detail} characters.",
        "单元格长达 {detail} 个字符。",
        "Keep it within 4000; perhaps a quotation mark is missing before.",
        "请控制在 4000 字以内；也可能是前文缺少引号。",
    ),
    "too_many_cells": Code(
        "the row has more cells than there are headings ({detail} more).",
        "本行单元格比表头多（{detail} 个）。",
        "Put texts that hold a separator between quotation marks.",
        "含分隔符的文字请加引号。",
    ),
    "swallowed_lines": Code(
        "a quotation mark that is not closed swallows {detail} further lines.",
        "引号未闭合，吞掉了后面 {detail} 行。",
        "Remove the mark in the file itself and read it again: those lines are not rows yet.",
        "请在原文件中删去该引号后重新读入，被吞掉的行尚未读入。",
    ),
    "repeated_heading": Code(
        "the row repeats the headings.",
        "本行重复了表头。",
        "Leave it out.",
        "请删去本行。",
    ),
    "total_row": Code(
        "'{value}' heads a row of totals.",
        "“{value}”是合计行。",
        "Leave it out.",
        "请删去本行。",
    ),
    "not_a_rejected_row": Code(
        "'{value}' is not the number of a row that was rejected, or stands here twice.",
        "行号“{value}”不是被退回的行，或重复出现。",
        "Keep the column 行号 as it was; add new rows to the source's own file.",
        "请勿改动“行号”列；新增的行请加到原文件中。",
    ),
    "invalid": Code(
        "the row does not hold together: {detail}",
        "本行内容自相矛盾：{detail}",
        "Correct the row.",
        "请更正本行。",
    ),
}
"""Code to texts; the docs' table of reasons is made from this."""

_SHOWN = 60


def shown(value: str) -> str:
    """Shorten a cell for a message, and write what cannot be printed as an escape."""
    text = "".join(char if char.isprintable() else escaped(char) for char in value[: 4 * _SHOWN])
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def escaped(char: str) -> str:
    """Write a character that cannot be printed as an escape, a broken byte by its value."""
    broken = "\udc80" <= char <= "\udcff"
    return f"\\x{ord(char) - 0xDC00:02x}" if broken else char.encode("unicode_escape").decode()


def texts(code: str, value: str, detail: str, detail_zh: str = "") -> tuple[str, str, str, str]:
    """Give reason, Chinese reason, remedy and Chinese remedy of one issue."""
    one = CODES[code]
    slots = {"value": shown(value), "detail": detail}
    zh = {**slots, "detail": detail_zh or detail}
    return (
        one.reason.format(**slots),
        one.reason_zh.format(**zh),
        one.remedy.format(**slots),
        one.remedy_zh.format(**zh),
    )
